// The list of documents: what is ready, what is being read, what failed and why; removing one.

import { showCollections } from "./ask.js";
import { $, announce, el } from "./dom.js";
import { documentRow } from "./document_row.js";
import { say, t } from "./i18n.js";
import { deleteDocument, documentPage, job } from "./service.js";

const PAGE_SIZE = 100;
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 5000;
const ACTIVE = ["queued", "running"];

const rows = new Map(); // document id → row
const followed = new Set(); // ids of the jobs being polled
const collections = new Set();
let shown = []; // the documents that have been read so far
let next = null; // where the list goes on
let readings = 0; // an answer to an older reading of the list is out of date

export function startDocuments() {
  const select = collectionFilter();
  select.addEventListener("change", () => readFrom(null));
  document.addEventListener("languagechange", reloadDocuments); // the service words its failures too
  readFrom(null);
}

const collectionFilter = () => $("#documents-choice select");

// Reads again as many documents as are shown, because one of them has changed.
export function reloadDocuments() {
  return readFrom(null, shown.length);
}

async function readFrom(after, atLeast = 0) {
  const reading = ++readings;
  let found = after === null ? [] : shown;
  let following = after;
  try {
    do {
      const page = await documentPage(filters(following));
      if (reading !== readings) return;
      found = [...found, ...page.documents];
      following = page.next;
    } while (following && found.length < atLeast);
    [shown, next] = [found, following];
    render();
  } catch (problem) {
    if (reading === readings) renderProblem(problem);
  }
}

function filters(after) {
  const collection = collectionFilter().value;
  return { limit: PAGE_SIZE, ...(collection && { collection }), ...(after && { after }) };
}

function render() {
  const everything = !collectionFilter().value;
  $("#no-documents").hidden = !(everything && shown.length === 0);
  for (const { collection } of shown) collections.add(collection);
  showCollectionChoices();
  rows.clear();
  const items = shown.map((document) => rowOf(document).element);
  $("#documents").replaceChildren(...(items.length ? list(items) : [el("p", { class: "quiet", say: ["documents_none"] })]));
  shown.filter(({ job }) => ACTIVE.includes(job?.status)).forEach(({ id, job }) => follow(id, job));
}

function rowOf(document) {
  const row = documentRow(document, () => confirmDelete(document));
  rows.set(document.id, row);
  return row;
}

function list(items) {
  const more = el("button", { type: "button", class: "button quiet", say: ["documents_more"], on: { click: () => readFrom(next) } });
  return [el("ul", { class: "document-list" }, ...items), next ? more : ""];
}

function renderProblem(problem) {
  const words = problem.say ? el("p", { say: problem.say }) : el("p", {}, problem.message);
  const again = el("button", { type: "button", class: "button quiet", say: ["retry"], on: { click: () => readFrom(null) } });
  $("#documents").replaceChildren(el("div", { class: "problem", role: "alert" }, el("h3", { say: ["documents_failed"] }), words, again));
}

function showCollectionChoices() {
  const names = [...collections].sort();
  const select = collectionFilter();
  const chosen = select.value;
  $("#documents-choice").hidden = names.length < 2;
  select.replaceChildren(select.options[0], ...names.map((name) => el("option", { value: name }, name)));
  select.value = chosen;
  $("#collection-names").replaceChildren(...names.map((name) => el("option", { value: name })));
  showCollections(names);
}

// Polls a job until it ends, ever more slowly: a short one is seen at once, a long queue does not flood the service.
async function follow(documentId, started) {
  if (followed.has(started.id)) return;
  followed.add(started.id);
  let current = started;
  for (let wait_ms = FIRST_POLL_MS; ACTIVE.includes(current.status); wait_ms = Math.min(wait_ms * 1.3, LONGEST_POLL_MS)) {
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
    current = await job(started.id).catch(() => current); // the next poll may reach the service again
    rows.get(documentId)?.showJob(current);
  }
  followed.delete(started.id);
  await reloadDocuments();
  announce(`${current.name}: ${t(["failed", "quarantined", "cancelled", "paused"].includes(current.status) ? current.status : "ready")}`);
}

async function confirmDelete({ id, title }) {
  const dialog = $("#confirmation");
  say($("#confirmation-title"), "delete_question", { title });
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "confirmed") return;
  try {
    await deleteDocument(id);
    announce(t("deleted", { title }));
    await reloadDocuments();
  } catch (problem) {
    rows.get(id)?.showProblem(problem);
  }
}

// Adding files: picked or dropped, sent one after the other, each with its progress and what became of it.

import { $, announce, el } from "./dom.js";
import { reloadDocuments } from "./documents.js";
import { say } from "./i18n.js";
import { uploadFile } from "./service.js";

const STAYS_MS = 4000; // how long a received file is still listed among the uploads
let queue = Promise.resolve();

export function startUploads() {
  const input = $("#files");
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // so that the same file can be picked again
  });
  const view = $("#documents-view");
  view.addEventListener("dragover", (event) => {
    event.preventDefault();
    $("#drop-zone").classList.add("is-over");
  });
  view.addEventListener("dragleave", () => $("#drop-zone").classList.remove("is-over"));
  view.addEventListener("drop", (event) => {
    event.preventDefault();
    $("#drop-zone").classList.remove("is-over");
    add([...event.dataTransfer.files]);
  });
  // Missing the drop zone must not make the browser leave the page and open the file.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
}

function add(files) {
  const field = $("#upload-collection");
  const collection = field.value.trim();
  for (const file of files) {
    const row = uploadRow(file.name);
    $("#uploads").append(row.element);
    if (field.checkValidity()) queue = queue.then(() => send(file, collection, row));
    else row.failed("collection_invalid");
  }
}

async function send(file, collection, row) {
  try {
    const { outcome } = await uploadFile(file, collection, row.sent);
    row.received(outcome);
    reloadDocuments();
  } catch (problem) {
    row.refused(problem);
  }
}

function uploadRow(name) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": name });
  const state = el("span", { class: "state", say: ["upload_waiting"] });
  const element = el("li", {}, el("span", { class: "title" }, name), bar, state);
  const dismiss = () => el("button", { type: "button", class: "plain", say: ["dismiss"], on: { click: () => element.remove() } });
  const fail = () => {
    element.classList.add("is-failed");
    bar.replaceWith(dismiss());
    announce(`${name}: ${state.textContent}`);
  };
  return {
    element,
    sent(share) {
      bar.value = share;
      say(state, "upload_sending", { percent: Math.floor(share * 100) });
    },
    received(outcome) {
      say(state, outcome === "submitted" ? "upload_received" : `upload_${outcome}`);
      announce(`${name}: ${state.textContent}`);
      bar.value = 1;
      setTimeout(() => element.remove(), STAYS_MS);
    },
    failed(key) {
      say(state, key);
      fail();
    },
    refused(problem) {
      if (problem.say) say(state, ...problem.say);
      else state.textContent = problem.message;
      if (!problem.say) delete state.dataset.i18n;
      fail();
    },
  };
}

// One document of the list: its state, its size, why it failed.

import { el, icon } from "./dom.js";
import { day, named, size, t } from "./i18n.js";

const FORMATS = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.oasis.opendocument.text": "ODT",
  "application/epub+zip": "EPUB",
  "application/rtf": "RTF",
  "text/html": "HTML",
  "text/markdown": "Markdown",
  "text/plain": "TXT",
  "text/csv": "CSV",
};

const STATE_ICONS = { ready: "supported", failed: "contradicted", cancelled: "unsupported", quarantined: "partial", paused: "unsupported" };
const STATE_COLOURS = { ready: "supported", failed: "contradicted", ready_update_failed: "partial", quarantined: "partial" };

export function documentRow(doc, onDelete) {
  const state = el("div", { class: "state-line" });
  const element = el("li", { "data-document": doc.id },
    el("div", { class: "document-main" },
      el("h2", {}, doc.title), doc.uri !== doc.title && el("p", { class: "uri" }, origin(doc)), facts(doc), state),
    el("button", { type: "button", class: "plain delete", label: ["delete_document", { title: doc.title }], on: { click: onDelete } }, icon("delete")));
  const showJob = (job) => state.replaceChildren(...stateParts(doc.live_version, job));
  showJob(doc.job);
  const showProblem = (problem) => state.append(el("p", { class: "failure", role: "alert" }, problem.message));
  return { element, showJob, showProblem };
}

/** Where it comes from; of an attachment, its name, since its uri is made of the mail's id. */
const origin = ({ parent_id, job, uri }) => (parent_id && job ? `↳ ${job.name}` : uri);

function facts({ media_type, live_version, created_at, collection }) {
  const version = live_version && [
    live_version.pages > 0 && t("page_count", { count: live_version.pages }),
    t("passage_count", { count: live_version.passages }),
    t(`language_${live_version.language}`),
    size(live_version.size_bytes),
  ];
  const parts = [FORMATS[media_type] ?? media_type, ...(version ?? []), day(created_at), collection].filter(Boolean);
  return el("ul", { class: "facts" }, ...parts.map((part) => el("li", {}, part)));
}

export function stateOf(version, job) {
  const active = ["queued", "running"].includes(job?.status);
  if (!version) return active || ["cancelled", "quarantined", "paused"].includes(job?.status) ? job.status : "failed";
  if (active) return "ready_updating";
  return ["failed", "quarantined"].includes(job?.status) ? "ready_update_failed" : "ready";
}

function stateParts(version, job) {
  const state = stateOf(version, job);
  const [colour, sign] = [STATE_COLOURS[state] ?? "unsupported", STATE_ICONS[state] ?? stateSign(state)];
  return [
    el("p", { class: "status", "data-status": colour, "data-state": state }, icon(sign), el("span", { say: [state] })),
    ...(job?.status === "running" ? [progress(job)] : []),
    ...(job?.failure ? [el("p", { class: "failure" }, job.failure.message)] : []),
    ...(version?.warnings.length ? [warnings(version.warnings)] : []),
  ];
}

const stateSign = (state) => (state === "ready_update_failed" ? "partial" : "working");

function progress({ stage, done, total, name }) {
  const known = total > 0;
  const words = known ? t("progress", { stage: named("stage", stage), done, total }) : named("stage", stage);
  const bar = el("progress", { "aria-label": name, ...(known && { max: total, value: done }) });
  return el("p", { class: "job-progress" }, bar, el("span", { class: "quiet" }, words));
}

function warnings(texts) {
  return el("details", { class: "warnings" }, el("summary", { say: ["warnings", { count: texts.length }] }),
    el("ul", {}, ...texts.map((text) => el("li", {}, text))));
}

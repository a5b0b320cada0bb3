// A sentence of an answer: its words, its marks [n], and whether its quotes support it.

import { el, icon } from "./dom.js";
import { openEvidence } from "./evidence.js";

const STATUSES = ["supported", "partial", "unsupported", "contradicted"];
const WORD_JOINER = "\u2060"; // keeps a mark on the line of the word before it

// Marks stand in the text as `[n]`; other square brackets are the text's own.
const pieces = (text) => text.split(/(\s*\[\d+\])/);
const markerIn = (piece) => Number(/^\s*\[(\d+)\]$/.exec(piece)?.[1]);

export const withoutMarks = (text, markers) =>
  pieces(text).filter((piece) => !markers.includes(markerIn(piece))).join("");

export function sentenceNode(sentence, citations, passages) {
  const mark = (marker) => markButton(marker, sentence, citations, passages);
  const written = pieces(sentence.text).map((piece) =>
    sentence.markers.includes(markerIn(piece)) ? mark(markerIn(piece)) : piece);
  const placed = pieces(sentence.text).map(markerIn);
  const rest = sentence.markers.filter((marker) => !placed.includes(marker)).map(mark);
  return el("span", { class: "sentence", "data-status": sentence.status },
    ...written, ...rest, statusNode(sentence, citations, passages));
}

function markButton(marker, sentence, citations, passages) {
  const citation = citations.get(marker);
  if (!citation) return "";
  const passage = passages.get(citation.passage_id);
  const button = el("button", {
    type: "button", class: "mark", "aria-haspopup": "dialog", label: ["open_citation", { marker, title: citation.title }],
    on: { click: () => openEvidence({ place: citation, passage, sentence }, button) },
  }, String(marker));
  return el("span", { class: "mark-place" }, WORD_JOINER, button);
}

// Support is the rule, so it is a small sign; what lacks support says so in words and opens its checks.
function statusNode(sentence, citations, passages) {
  const { status } = sentence;
  if (status === "supported") {
    const sign = el("span", { class: "status", "data-status": status, tip: [status] }, WORD_JOINER, icon(status));
    sign.append(el("span", { class: "unseen", say: [status] }));
    return sign;
  }
  const citation = citations.get(sentence.markers[0]) ?? null;
  const passage = citation && passages.get(citation.passage_id);
  const button = el("button", {
    type: "button", class: "status", "data-status": status, "aria-haspopup": "dialog",
    on: { click: () => openEvidence({ place: citation, passage, sentence }, button) },
  }, icon(status), el("span", { say: [status] }));
  return button;
}

export function statusCounts(sentences) {
  const counts = STATUSES.map((status) => [status, sentences.filter((sentence) => sentence.status === status).length]);
  const items = counts.filter(([, count]) => count).map(([status, count]) =>
    el("li", { class: "status", "data-status": status }, icon(status), el("span", { say: [`count_${status}`, { count }] })));
  return el("ul", { class: "status-counts" }, ...items);
}

// A sentence of an answer: its words, its marks, and whether its quotes support it.

import { el, icon } from "./dom.js";
import { openEvidence } from "./evidence.js";

const STATUSES = ["supported", "partial", "unsupported", "contradicted"];
const WORD_JOINER = "\u2060"; // keeps a mark on one line with the word before it and the full stop after it

// Marks stand before the punctuation that ends a sentence, as they do in the answer's plain text.
const CLOSING = /[.!?。！？…;；:："”’」』)）]*$/;

export function sentenceNode(sentence, citations, passages) {
  const end = sentence.markers.length ? sentence.text.search(CLOSING) : sentence.text.length;
  const marks = sentence.markers.map((marker) => markLink(marker, sentence, citations, passages));
  return el("span", { class: "sentence", "data-status": sentence.status },
    words(sentence.text.slice(0, end)), ...marks, words(sentence.text.slice(end)),
    WORD_JOINER, statusNode(sentence, citations, passages));
}

const words = (text) => el("span", { class: "words" }, text);

// A link, not a button: a button is a box of its own, which lines may break around. It leads to the page's image, so
// that opening it in a new tab works too.
function markLink(marker, sentence, citations, passages) {
  const citation = citations.get(marker);
  if (!citation) return "";
  const passage = passages.get(citation.passage_id);
  const link = el("a", {
    href: citation.page_url ?? "#evidence", class: "mark", "aria-haspopup": "dialog",
    label: ["open_citation", { marker, title: citation.title }],
    on: { click: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openEvidence({ place: citation, passage, sentence }, link);
    } },
  }, String(marker));
  return el("span", {}, WORD_JOINER, link, WORD_JOINER);
}

// Support is the rule, so it is a small sign; what lacks support says so in words and opens its checks.
function statusNode(sentence, citations, passages) {
  const { status } = sentence;
  if (status === "supported") {
    const sign = el("span", { class: "status", "data-status": status, tip: [status] }, icon(status));
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

// What stands under an answer: the list of its citations, and cards of the passages that were found.

import { el } from "./dom.js";
import { openEvidence } from "./evidence.js";
import { langOf } from "./i18n.js";
import { pageUrl } from "./service.js";

export function pageLabel(pages) {
  if (!pages.length) return null;
  const [first, last] = [pages[0], pages.at(-1)];
  return el("span", { class: "page", say: first === last ? ["page", { page: first }] : ["pages", { first, last }] });
}

export function referenceList(citations, passages) {
  const items = citations.map((citation) => el("li", {}, reference(citation, passages.get(citation.passage_id))));
  return el("section", { class: "references" }, el("h3", { say: ["sources_of_answer"] }), el("ol", {}, ...items));
}

function reference(citation, passage) {
  const { marker, title, pages, quote } = citation;
  const button = el("button", {
    type: "button", class: "reference", "aria-haspopup": "dialog",
    on: { click: () => openEvidence({ place: citation, passage }, button) },
  },
  el("span", { class: "number" }, String(marker)),
  el("span", { class: "where" }, el("span", { class: "title" }, title), pageLabel(pages)),
  el("q", { class: "excerpt", lang: langOf(passage) }, quote));
  return button;
}

export function passageList(heading, passages, open) {
  const cards = passages.map((passage) => el("li", {}, card(passage)));
  return el("details", { class: "passages", open },
    el("summary", { say: [heading, { count: passages.length }] }), el("ol", { class: "cards" }, ...cards));
}

function card(passage) {
  const button = el("button", {
    type: "button", class: "card", "aria-haspopup": "dialog",
    on: { click: () => openEvidence({ place: placeOf(passage), passage }, button) },
  },
  el("span", { class: "where" }, el("span", { class: "title" }, passage.title), pageLabel(passage.pages)),
  el("span", { class: "excerpt", lang: langOf(passage) }, passage.text));
  return button;
}

// A passage as the evidence panel shows it: all of its words are the quote.
function placeOf(passage) {
  const { document_id, version_id, title, uri, span, pages, text } = passage;
  const place = { marker: null, document_id, version_id, title, uri, span, pages, quote: text, boxes: [] };
  return { ...place, page_url: pages.length ? pageUrl(place, pages[0]) : null };
}

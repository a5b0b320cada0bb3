// Two documents that say different things of one: each side with its words, its document and that one's date.

import { el } from "./dom.js";
import { openEvidence } from "./evidence.js";

export function conflictNode({ sides, newer_wins }, passages) {
  return el("section", { class: "conflict" },
    el("h3", { say: ["conflict"] }),
    el("ul", {}, ...sides.map((side) => sideNode(side, passages))),
    newer_wins && el("p", { class: "remark", say: ["conflict_newer"] }));
}

function sideNode({ citation, stated, date, is_date_stated }, passages) {
  const link = el("a", {
    href: citation.page_url ?? "#evidence", class: "mark", "aria-haspopup": "dialog",
    label: ["open_citation", { marker: citation.marker, title: citation.title }],
    on: { click: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openEvidence({ place: citation, passage: passages.get(citation.passage_id), sentence: null }, link);
    } },
  }, String(citation.marker));
  const day = date.slice(0, 10);
  return el("li", {}, el("strong", {}, stated), " ", link, " ", el("span", {}, citation.title), " ",
    el("span", { class: "quiet", say: [is_date_stated ? "conflict_dated" : "conflict_added", { day }] }),
    el("q", {}, citation.quote));
}

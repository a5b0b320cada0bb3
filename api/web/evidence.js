// The panel beside an answer: the quoted words where they stand in their document, and how the statement was checked.

import { $, el, icon, slice } from "./dom.js";
import { langOf, named, say } from "./i18n.js";
import { pageUrl, textAround, versionOf } from "./service.js";

const BESIDE = matchMedia("(min-width: 1040px)"); // the same width as in reading.css
const panel = $("#evidence");

let opener = null;
let loading = new AbortController();

// `place` is a citation or a passage in its shape, or null for a sentence that rests on nothing.
export function openEvidence({ place, passage, sentence }, button) {
  loading.abort();
  loading = new AbortController();
  markOpener(button);
  panel.replaceChildren(
    head(place),
    el("div", { class: "evidence-body" }, ...(place ? quoteParts(place, passage) : []),
      sentence && statement(sentence), place?.marker && passage && wholePassage(place, passage)));
  show();
  $("#evidence-title").focus();
  panel.scrollTop = 0;
}

function show() {
  if (panel.open) panel.close();
  if (BESIDE.matches) panel.show();
  else panel.showModal();
}

export function closeEvidence() {
  if (panel.open) panel.close();
  panel.replaceChildren();
  markOpener(null);
}

function markOpener(button) {
  opener?.removeAttribute("aria-current");
  opener = button;
  opener?.setAttribute("aria-current", "true");
}

function closeAndReturn() {
  const back = opener;
  closeEvidence();
  back?.focus();
}

// A panel beside the text is not modal, so the browser does not close it on Escape by itself.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !$("#confirmation").open) closeAndReturn();
});
panel.addEventListener("cancel", (event) => {
  event.preventDefault();
  closeAndReturn();
});
panel.addEventListener("click", (event) => {
  if (event.target === panel) closeAndReturn(); // the backdrop
});
BESIDE.addEventListener("change", () => panel.open && show());

function head(place) {
  const number = place?.marker && el("span", { class: "number" }, String(place.marker));
  const title = el("h2", { id: "evidence-title", tabindex: "-1" }, place?.title ?? "");
  if (!place) say(title, "evidence");
  const close = el("button", { type: "button", class: "plain", label: ["close"], on: { click: closeAndReturn } }, icon("close"));
  return el("header", { class: "evidence-head" }, number || null, title, close);
}

function quoteParts(place, passage) {
  const source = place.uri !== place.title && el("p", { class: "uri" }, place.uri);
  const view = el("div", { class: "document-view" });
  const changed = el("p", { class: "remark", hidden: true });
  showChange(changed, place);
  const parts = [source, changed, view];
  if (place.page_url) showPages(view, place);
  else showText(view, place);
  if (place.marker !== null) parts.push(section("quote", el("blockquote", { lang: langOf(passage) }, place.quote)));
  return parts;
}

// An answer stays on the screen while documents go on changing: its quotes are then of an earlier state.
async function showChange(remark, place) {
  const { signal } = loading;
  const { status } = await versionOf(place, signal).catch(() => ({})); // the view below says what went wrong
  remark.hidden = !["superseded", "deleted"].includes(status);
  if (!remark.hidden) say(remark, `source_${status}`);
}

const section = (heading, ...content) => el("section", {}, el("h3", { say: [heading] }), ...content);

function showPages(view, place) {
  const frame = el("div", { class: "page-frame", tabindex: "0" });
  const whole = el("a", { class: "page-full", target: "_blank", rel: "noopener", say: ["page_full"] });
  const show = (page) => showPage(view, frame, whole, place, page);
  const tabs = place.pages.map((page) => el("button", {
    type: "button", class: "page-tab", "data-page": page, say: ["page", { page }], on: { click: () => show(page) },
  }));
  view.append(el("div", { class: "page-bar" }, ...tabs, whole), frame);
  show(place.pages[0]);
}

function showPage(view, frame, whole, place, page) {
  const url = page === place.pages[0] ? place.page_url : pageUrl(place, page);
  for (const tab of view.querySelectorAll(".page-tab")) tab.setAttribute("aria-pressed", String(tab.dataset.page === String(page)));
  const image = el("img", { src: url, on: {
    load: () => scrollToBox(frame, image, place.boxes.find((box) => box.page === page)),
    error: () => {
      view.replaceChildren(el("p", { class: "remark", say: ["page_failed"] }));
      showText(view, place);
    },
  } });
  say(image, "page_image", { page, title: place.title }, "i18nAlt");
  whole.href = url;
  frame.replaceChildren(image);
}

const ROOM_ABOVE_PX = 96;

function scrollToBox(frame, image, box) {
  if (box) frame.scrollTop = box.top * image.clientHeight - ROOM_ABOVE_PX;
}

async function showText(view, place) {
  const { signal } = loading;
  const words = el("div", { class: "surroundings" }, el("p", { class: "quiet", say: ["loading"] }));
  view.append(words);
  try {
    const { before, quote, after } = await textAround(place, signal);
    words.replaceChildren(el("p", {}, before, el("mark", {}, quote), after));
    words.querySelector("mark").scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (signal.aborted) return;
    words.replaceChildren(el("p", {}, el("mark", {}, place.quote)),
      el("p", { class: "quiet", say: ["context_failed", { reason: error.message }] }));
  }
}

const SAID_BY_NAME = ["verbatim", "evidence", "declined", "restates", "language"]; // checks whose detail is their name again, in English

function statement(sentence) {
  const checks = sentence.checks.map(({ name, passed, detail }) =>
    el("li", { class: "status", "data-status": passed ? "supported" : "contradicted" },
      icon(passed ? "supported" : "contradicted"),
      el("span", {}, el("span", { class: "check-name" }, named("check", name)), " ",
        el("span", { say: [passed ? "check_passed" : "check_failed"] }),
        detail && !SAID_BY_NAME.includes(name) && el("span", { class: "quiet" }, ` · ${detail}`))));
  const status = el("p", { class: "status", "data-status": sentence.status }, icon(sentence.status), el("span", { say: [sentence.status] }));
  return section("statement", el("p", { class: "statement" }, sentence.text), status, checks.length > 0 && el("ul", { class: "checks" }, ...checks));
}

function wholePassage(place, passage) {
  const [start, end] = [place.span.start - passage.span.start, place.span.end - passage.span.start];
  const words = start < 0 ? [passage.text]
    : [slice(passage.text, 0, start), el("mark", {}, slice(passage.text, start, end)), slice(passage.text, end)];
  return el("details", {}, el("summary", { say: ["passage"] }),
    passage.context && el("p", { class: "quiet" }, passage.context),
    el("p", { class: "passage-text", lang: langOf(passage) }, ...words));
}

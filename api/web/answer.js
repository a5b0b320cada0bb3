// One question and its answer on the page: passages first, sentences as they are checked, then the final answer.

import { announce, el, icon, slice } from "./dom.js";
import { hasMessage, langOf, named, number, say, t } from "./i18n.js";
import { sentenceNode, statusCounts } from "./sentence.js";
import { conflictNode } from "./conflict.js";
import { passageList, referenceList } from "./sources.js";
import { stepList, stepNode } from "./steps.js";

const FULL_WIDTH_END = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]$/;

export class Exchange {
  #citations = new Map(); // marker → CitationOut
  #passages = new Map(); // id → PassageOut
  #heldBack = 0;
  #draft = "";
  #written = null; // the sentence before

  constructor({ question, extractive }, askAgain) {
    this.extractive = extractive;
    this.askAgain = askAgain;
    this.prose = el("div", { class: "prose" });
    this.unchecked = el("span", { class: "unchecked", tip: ["checking"] });
    this.progress = el("p", { class: "progress-line" }, el("span", { class: "pulse", "aria-hidden": "true" }));
    this.progress.append(el("span", { say: ["searching"] }));
    this.steps = el("ol", { class: "steps" });
    this.body = el("div", { class: "answer-body" }, this.steps, this.prose, this.progress);
    this.sources = el("div", { class: "sources" });
    this.element = el("article", { class: "exchange", "aria-busy": "true" },
      el("h2", { class: "asked" }, question), this.body, this.sources);
    this.startedAt = performance.now();
  }

  receive(name, data) {
    const handlers = { step: this.#stepped, sources: this.#found, delta: this.#drafted, sentence: this.#checked, answer: this.#finished };
    handlers[name]?.call(this, data);
  }

  #stepped({ step }) {
    this.steps.append(stepNode(step));
    announce(t(`step_${step.kind}`));
  }

  #found({ passages }) {
    this.#remember(passages);
    announce(t("passages_found", { count: passages.length }));
    say(this.progress.lastChild, "writing");
    this.sources.replaceChildren(passageList("passages_found", passages, true));
  }

  #remember(passages) {
    for (const passage of passages) this.#passages.set(passage.id, passage);
  }

  #drafted({ text }) {
    this.#draft += text;
    this.#showDraft();
  }

  #showDraft() {
    this.unchecked.textContent = this.#draft;
    if (this.#draft) this.prose.append(this.unchecked);
    else this.unchecked.remove();
  }

  #checked({ sentence, citations, held_back }) {
    this.#forgetDraftOf(sentence);
    if (held_back) {
      this.#heldBack += 1;
    } else {
      for (const citation of citations) this.#citations.set(citation.marker, citation);
      this.#append(sentence);
    }
    this.#showDraft();
  }

  // The draft may run ahead of the sentence that was just checked; what stands before its end is done with.
  #forgetDraftOf(sentence) {
    const at = this.#draft.indexOf(sentence.text);
    this.#draft = at < 0 ? "" : this.#draft.slice(at + sentence.text.length).trimStart();
  }

  #append(sentence) {
    if (sentence.span.start === 0) this.#startOver();
    this.prose.append(this.#gapBefore(sentence), this.#sentence(sentence));
    this.#written = sentence;
    announce(sentence.text);
  }

  // The chat model fell silent and the documents' own sentences answer instead.
  #startOver() {
    this.prose.replaceChildren();
    this.#written = null;
  }

  // Until the whole text is there, only the length of a gap is known: Chinese sentences have none unless they start a line.
  #gapBefore({ span }) {
    if (!this.#written || span.start === this.#written.span.end) return "";
    return this.extractive || FULL_WIDTH_END.test(this.#written.text) ? "\n" : " ";
  }

  #sentence = (sentence) => sentenceNode(sentence, this.#citations, this.#passages);

  #finished({ answer }) {
    this.#remember(answer.retrieved);
    this.#citations = new Map(answer.citations.map((citation) => [citation.marker, citation]));
    this.#heldBack = answer.dropped.length;
    this.element.removeAttribute("aria-busy");
    this.body.replaceChildren(...(answer.refusal ? refusal(answer) : this.#answer(answer)));
    this.body.append(...answer.conflicts.map((conflict) => conflictNode(conflict, this.#passages)), ...this.#remarks(answer), this.#figures(answer));
    this.sources.replaceChildren(...this.#sourcesOf(answer));
  }

  #answer(answer) {
    this.prose.replaceChildren(...this.#paragraphs(answer));
    this.prose.lang = langOf(answer);
    const understood = answer.steps.length > 0 && stepList(answer.steps);
    const quoted = answer.mode === "extractive" && el("p", { class: "mode", say: ["quoted_answer"] });
    return [understood, quoted, this.prose, statusCounts(answer.sentences)].filter(Boolean);
  }

  // Sentences with what stands between them in the answer's text: spaces, line breaks, the dashes of a list.
  #paragraphs({ text, sentences }) {
    const nodes = [];
    let end = 0;
    for (const sentence of sentences) {
      nodes.push(slice(text, end, sentence.span.start), this.#sentence(sentence));
      end = sentence.span.end;
    }
    return nodes;
  }

  #remarks(answer) {
    const remarks = answer.notices.map((notice) => el("p", { class: "remark" }, notice));
    if (this.#heldBack) remarks.unshift(el("p", { class: "remark", say: ["held_back", { count: this.#heldBack }] }));
    return remarks;
  }

  #figures({ model, usage, timings }) {
    const seconds = timings.finished_s ?? (performance.now() - this.startedAt) / 1000;
    const tokens = usage.prompt_tokens + usage.completion_tokens > 0;
    const title = Object.entries(timings).map(([name, value]) => `${named("timing", name)} ${number(value, 2)} s`).join("\n");
    return el("p", { class: "figures", title },
      el("span", { say: ["seconds", { seconds: number(seconds, 1) }] }),
      model && el("span", {}, model),
      tokens && el("span", { say: ["tokens", { prompt: usage.prompt_tokens, completion: usage.completion_tokens }] }));
  }

  #sourcesOf({ refusal, citations, retrieved }) {
    const heading = refusal ? "passages_nearest" : "passages_found";
    return [
      citations.length > 0 && referenceList(citations, this.#passages),
      retrieved.length > 0 && passageList(heading, retrieved, Boolean(refusal)),
    ].filter(Boolean);
  }

  stopped() {
    this.#end(el("p", { class: "remark", say: ["answer_stopped"] }));
  }

  failed(error) {
    const words = error.say ? el("p", { say: error.say }) : el("p", {}, error.message);
    const again = el("button", { type: "button", class: "button quiet", say: ["retry"], on: { click: this.askAgain } });
    this.#end(el("div", { class: "problem", role: "alert" }, el("h3", { say: ["problem"] }), words, again));
  }

  #end(last) {
    this.element.removeAttribute("aria-busy");
    this.unchecked.remove();
    this.progress.replaceWith(last);
  }
}

function refusal({ refusal: { reason, message }, steps }) {
  const key = `refusal_${reason}`;
  return [...(steps.length ? [stepList(steps)] : []), el("div", { class: "refusal" }, icon("unsupported"),
    el("div", {}, el("h3", { class: "unseen", say: ["refusal"] }), el("p", { class: "refusal-message" }, message),
      hasMessage(key) && el("p", { class: "refusal-reason", say: [key] })))];
}

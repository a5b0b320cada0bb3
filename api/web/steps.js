// Steps on the way to an answer beside the usual ones: what a follow-up was understood as, what else was searched for.

import { el } from "./dom.js";

export function stepNode({ kind, text }) {
  const parts = text.split("\n").map((part) => el("q", {}, part));
  return el("li", { "data-step": kind }, el("span", { class: "step", say: [`step_${kind}`] }), " ", ...parts);
}

export function stepList(steps) {
  return el("ol", { class: "steps" }, ...steps.map(stepNode));
}

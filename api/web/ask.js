// The question box: sends a question, hands the events of its answer to an Exchange.

import { $, announce, el } from "./dom.js";
import { Exchange } from "./answer.js";
import { history, remember, startOver } from "./conversation.js";
import { closeEvidence } from "./evidence.js";
import { t } from "./i18n.js";
import { askQuestion } from "./service.js";

let asking = null; // the AbortController of the answer that is being written

export function startAsking() {
  const form = $("#ask");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  form.elements.question.addEventListener("keydown", (event) => sendOnEnter(event, form));
  $(".stop").addEventListener("click", () => asking?.abort());
  $("#new-conversation").addEventListener("click", beginAnew);
}

// Enter also picks a candidate in an input method; Safari tells so by keyCode 229 alone.
function sendOnEnter(event, form) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
}

function submit(form) {
  const { question, collection, extractive, effort } = form.elements;
  const text = question.value.trim();
  if (!text) return;
  ask({ question: text, collection: collection.value || null, extractive: extractive.checked, effort: effort.value || null });
  question.value = "";
}

async function ask(question) {
  asking?.abort();
  const mine = (asking = new AbortController());
  closeEvidence();
  document.body.classList.add("has-asked");
  const exchange = new Exchange(question, () => ask(question));
  $("#exchanges").prepend(exchange.element);
  showStop(true);
  await follow(exchange, askQuestion({ ...question, history: history() }, mine.signal));
  if (asking === mine) showStop(false);
}

async function follow(exchange, events) {
  try {
    for await (const { name, data } of events) {
      exchange.receive(name, data);
      if (name === "answer") remember(data.answer);
    }
    $("#new-conversation").hidden = history().length === 0;
    announce(t("answer_done"));
  } catch (error) {
    if (error.name === "AbortError") exchange.stopped();
    else exchange.failed(error);
  }
}

// The numbers of a new conversation begin at 1 again, so that the answers of the old one leave the page with it.
function beginAnew() {
  asking?.abort();
  closeEvidence();
  startOver();
  $("#exchanges").replaceChildren();
  $("#new-conversation").hidden = true;
  document.body.classList.remove("has-asked");
  $("#question").focus();
}

function showStop(running) {
  $(".stop").hidden = !running;
  $(".send:not(.stop)").hidden = running;
}

// Offers a choice of collection once there is one.
export function showCollections(names) {
  $("#collection-choice").hidden = names.length < 2;
  const select = $("#ask").elements.collection;
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...names.map((name) => el("option", { value: name }, name)));
  select.value = names.includes(chosen) ? chosen : "";
}

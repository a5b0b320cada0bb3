// Making elements. Text goes in as text nodes only: nothing that a document says is ever read as markup.

import { say } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";

// `props` are attributes, but `on` holds listeners, and `say`/`label`/`tip` hold [message key, params].
export function el(tag, props = {}, ...children) {
  const { on = {}, say: words, label, tip, ...attributes } = props;
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  if (words) say(node, ...words);
  if (label) say(node, label[0], label[1], "i18nLabel");
  if (tip) say(node, tip[0], tip[1], "i18nTitle");
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  node.setAttribute(name, value === true ? "" : value);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

// The service counts characters as Unicode code points, JavaScript strings count UTF-16 units: 𠮷 is one there, two here.
export const slice = (text, start, end) => Array.from(text).slice(start, end).join("");

export const $ = (selector) => document.querySelector(selector);

// Told to a screen reader, in order, without moving the focus.
export function announce(text) {
  $("#announcements").append(el("p", {}, text));
}

// The page's language: which one it is, its words, and every marked element said again when the reader switches.

import { messages, nameOf } from "./messages.js";

const REMEMBERED_AS = "chuchu.language";
const TARGETS = { i18n: "", i18nLabel: "aria-label", i18nPlaceholder: "placeholder", i18nTitle: "title", i18nAlt: "alt" };
const SELECTOR = "[data-i18n], [data-i18n-label], [data-i18n-placeholder], [data-i18n-title], [data-i18n-alt]";

let language = remembered() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const currentLanguage = () => language;
export const locale = () => (language === "zh" ? "zh-CN" : "en");

// Storage may be forbidden by the browser's settings; then the choice lasts as long as the page.
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED_AS);
  } catch {
    return null;
  }
}

function remember(choice) {
  try {
    localStorage.setItem(REMEMBERED_AS, choice);
  } catch {
    // see remembered()
  }
}

export function t(key, params = {}) {
  const message = messages[language][key];
  const form = typeof message === "object" ? message[plural(params.count)] ?? message.other : message;
  return form.replace(/\{(\w+)\}/g, (_, name) => params[name]);
}

const plural = (count) => new Intl.PluralRules(locale()).select(count);

export const hasMessage = (key) => key in messages.en;

// The `lang` of words from a document: none at all for a language we did not recognise, not that of the page.
export const langOf = (passage) => (passage?.language === "other" ? "" : passage?.language);

// A part's own name (a stage, a check): in the reader's language where we know it.
export const named = (kind, name) => nameOf(kind, language, name);

// Say `key` on the element now and again whenever the language changes. `target` is one of TARGETS.
export function say(element, key, params = {}, target = "i18n") {
  element.dataset[target] = key;
  element.dataset.i18nParams = JSON.stringify(params);
  translate(element);
  return element;
}

function translate(element) {
  const params = JSON.parse(element.dataset.i18nParams ?? "{}");
  for (const [target, attribute] of Object.entries(TARGETS)) {
    const key = element.dataset[target];
    if (key === undefined) continue;
    if (attribute) element.setAttribute(attribute, t(key, params));
    else element.textContent = t(key, params);
  }
}

export function translatePage() {
  document.documentElement.lang = locale();
  document.title = t("page_title");
  document.querySelectorAll(SELECTOR).forEach(translate);
}

export function setLanguage(choice) {
  language = choice;
  remember(choice);
  translatePage();
  document.dispatchEvent(new CustomEvent("languagechange"));
}

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const day = (iso) => new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(iso));

export function size(bytes) {
  const [unit, divisor] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(locale(), format).format(bytes / divisor);
}

// The entry: which section is shown, in which language.

import { startAsking } from "./ask.js";
import { startDocuments } from "./documents.js";
import { $ } from "./dom.js";
import { closeEvidence } from "./evidence.js";
import { currentLanguage, setLanguage, translatePage } from "./i18n.js";
import { startUploads } from "./uploads.js";

function showSection() {
  const shown = location.hash === "#documents" ? "documents" : "ask";
  for (const section of document.querySelectorAll("[data-section]")) section.hidden = section.dataset.section !== shown;
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (shown === "ask") $("#question").focus();
  else closeEvidence();
}

function markLanguage() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === currentLanguage()));
  }
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => setLanguage(button.dataset.language));
}
document.addEventListener("languagechange", markLanguage);
window.addEventListener("hashchange", showSection);

translatePage();
markLanguage();
startAsking();
startUploads();
startDocuments();
showSection();

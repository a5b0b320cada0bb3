// Shows the failures that the filters leave. Without scripts they are all there.
const filters = ["trouble", "language", "search"].map((id) => document.getElementById(id));

function matches(failure, [trouble, language, search]) {
  return (!trouble || failure.dataset.trouble.split(" ").includes(trouble))
    && (!language || failure.dataset.language === language)
    && failure.textContent.toLowerCase().includes(search.toLowerCase());
}

function filter() {
  const wanted = filters.map((field) => field.value);
  for (const failure of document.querySelectorAll(".failure")) failure.hidden = !matches(failure, wanted);
}

if (filters[0]) for (const field of filters) field.addEventListener("input", filter);

// The service's HTTP interface as this page uses it. Failures arrive as Problem, with words that say what to do.

import { locale, t } from "./i18n.js";
import { readEvents } from "./sse.js";

export class Problem extends Error {
  constructor(message, code = "", say = null) {
    super(message);
    this.code = code;
    this.say = say; // [message key, params] where the words are this page's own
  }
}

const ownProblem = (key, params = {}) => new Problem(t(key, params), key, [key, params]);

// `body` is the text of an RFC 9457 problem, or of whatever a proxy in between had to say.
function problemFrom(status, body) {
  try {
    const { detail, code } = JSON.parse(body);
    if (typeof detail === "string") return new Problem(detail, code);
  } catch {
    // not JSON: the status is all we know
  }
  return ownProblem("problem_status", { status });
}

async function request(url, options = {}) {
  const headers = { "Accept-Language": locale(), Accept: "application/json", ...options.headers };
  const response = await fetch(url, { ...options, headers }).catch((error) => {
    throw error.name === "AbortError" ? error : ownProblem("problem_offline");
  });
  if (!response.ok) throw problemFrom(response.status, await response.text());
  return response;
}

const getJson = async (url, options) => (await request(url, options)).json();

const versionUrl = ({ document_id, version_id }) =>
  `/v1/documents/${encodeURIComponent(document_id)}/versions/${encodeURIComponent(version_id)}`;

const spanQuery = ({ start, end }) => new URLSearchParams({ start, end });

export const pageUrl = (place, page) => `${versionUrl(place)}/pages/${page}?${spanQuery(place.span)}`;

export const textAround = (place, signal) =>
  getJson(`${versionUrl(place)}/text?${spanQuery(place.span)}`, { signal });

export const versionOf = (place, signal) => getJson(versionUrl(place), { signal });

export const documentPage = (filters) => getJson(`/v1/documents?${new URLSearchParams(filters)}`);

export const deleteDocument = (id) => request(`/v1/documents/${encodeURIComponent(id)}`, { method: "DELETE" });

export const job = (id) => getJson(`/v1/jobs/${encodeURIComponent(id)}`);

// Yields the events of one answer. Ends with `answer`, or throws a Problem; an abort ends it without a word.
export async function* askQuestion(question, signal) {
  const options = {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(question),
  };
  const response = await request("/v1/answers", options);
  try {
    for await (const event of readEvents(response.body)) {
      if (event.name === "problem") throw new Problem(event.data.detail, event.data.code);
      yield event;
      if (event.name === "answer") return;
    }
  } catch (error) {
    throw error instanceof TypeError ? ownProblem("problem_cut") : error;
  }
  throw ownProblem("problem_cut");
}

// XMLHttpRequest, because fetch does not tell how much of a body has been sent.
export function uploadFile(file, collection, onProgress) {
  const form = new FormData();
  form.append("file", file);
  if (collection) form.append("collection", collection);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", "/v1/documents");
    sending.setRequestHeader("Accept-Language", locale());
    sending.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    sending.onerror = () => reject(ownProblem("problem_offline"));
    sending.onload = () => {
      const { status, responseText } = sending;
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText));
      else reject(problemFrom(status, responseText));
    };
    sending.send(form);
  });
}

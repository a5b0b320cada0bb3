"""A client of the HTTP doors, for the command line and for programs. Problems come back as the errors they were."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import httpx

from api.schemas import (
    DocumentDetailOut,
    DocumentListOut,
    DocumentOut,
    EstimateOut,
    JobListOut,
    JobOut,
    QuoteOut,
    SearchOut,
    SubmissionOut,
)
from rag.errors import ChuchuError, MessageLanguage, ServerUnavailable, from_code

_PATIENT = httpx.Timeout(10.0, read=None)
"""A small CPU may read a long prompt for a minute; the server sends comments meanwhile, but jobs do not."""


class Client:
    """Talks to one server: at a URL, or at a Unix socket."""

    def __init__(self, base_url: str, *, socket: Path | None = None, language: MessageLanguage = "en") -> None:
        transport = httpx.HTTPTransport(uds=str(socket)) if socket else None
        headers = {"Accept-Language": language}
        self._where = str(socket or base_url)
        # No proxies from the environment: they would be asked for the server on this very machine.
        self._http = httpx.Client(
            base_url=base_url, transport=transport, timeout=_PATIENT, headers=headers, trust_env=False
        )

    def close(self) -> None:
        self._http.close()

    def submit(
        self,
        file: BinaryIO,
        *,
        name: str,
        uri: str,
        collection: str,
        title: str = "",
        metadata: Mapping[str, str] | None = None,
        bulk: bool = False,
    ) -> SubmissionOut:
        """`bulk` for one file of many, which may wait. Raises FileRejected for a file that is refused at once."""
        priority = "bulk" if bulk else "interactive"
        form = {"uri": uri, "collection": collection, "title": title, "priority": priority}
        if metadata is not None:
            form["metadata"] = json.dumps(dict(metadata))
        reply = self._request("POST", "/v1/documents", files={"file": (_sendable(name), file)}, data=form)
        return SubmissionOut.model_validate_json(reply.content)

    def submit_url(self, url: str, *, collection: str, metadata: Mapping[str, str] | None = None) -> SubmissionOut:
        """Have the server fetch a file. Raises UrlRejected, UrlUnreachable, FileRejected."""
        said = {} if metadata is None else {"metadata": dict(metadata)}
        reply = self._request("POST", "/v1/documents/url", json={"url": url, "collection": collection, **said})
        return SubmissionOut.model_validate_json(reply.content)

    def job(self, job_id: str) -> JobOut:
        return JobOut.model_validate_json(self._request("GET", f"/v1/jobs/{job_id}").content)

    def jobs(self, statuses: Sequence[str] = ()) -> Iterator[JobOut]:
        """All jobs of these statuses, or of any, the newest first, read page by page."""
        after: str | None = None
        while True:
            query: dict[str, Any] = {"limit": "200", "status": list(statuses)} | ({"after": after} if after else {})
            page = JobListOut.model_validate_json(self._request("GET", "/v1/jobs", params=query).content)
            yield from page.jobs
            if page.next is None:
                return
            after = page.next

    def act_on_job(self, job_id: str, action: Literal["cancel", "pause", "resume", "retry"]) -> JobOut:
        """The job afterwards; for `retry` the new one. Raises JobNotFound, JobNotRetryable."""
        return JobOut.model_validate_json(self._request("POST", f"/v1/jobs/{job_id}/{action}").content)

    def documents(self, collection: str | None = None) -> Iterator[DocumentOut]:
        """All documents, the newest first, read page by page."""
        after: str | None = None
        while True:
            query = {"limit": "200", "collection": collection, "after": after}
            given = {name: value for name, value in query.items() if value is not None}
            reply = self._request("GET", "/v1/documents", params=given)
            page = DocumentListOut.model_validate_json(reply.content)
            yield from page.documents
            if page.next is None:
                return
            after = page.next

    def document(self, document_id: str) -> DocumentDetailOut:
        return DocumentDetailOut.model_validate_json(self._request("GET", f"/v1/documents/{document_id}").content)

    def describe(self, document_id: str, metadata: Mapping[str, str]) -> DocumentOut:
        """Replace a document's metadata."""
        body = {"metadata": dict(metadata)}
        reply = self._request("PATCH", f"/v1/documents/{document_id}", json=body)
        return DocumentOut.model_validate_json(reply.content)

    def release(self, document_id: str) -> JobOut:
        """Raises DocumentNotFound, NotQuarantined."""
        return JobOut.model_validate_json(self._request("POST", f"/v1/documents/{document_id}/release").content)

    def move(self, document_id: str, uri: str) -> None:
        """Raises DocumentNotFound, UriTaken."""
        self._request("POST", f"/v1/documents/{document_id}/move", json={"uri": uri})

    def delete(self, document_id: str) -> None:
        self._request("DELETE", f"/v1/documents/{document_id}")

    def quote(self, document_id: str, version_id: str, start: int, end: int) -> QuoteOut:
        """The words at a span of a version, and those around them."""
        path = f"/v1/documents/{document_id}/versions/{version_id}/text"
        reply = self._request("GET", path, params={"start": start, "end": end})
        return QuoteOut.model_validate_json(reply.content)

    def search(
        self,
        query: str,
        *,
        collection: str | None = None,
        filter: Mapping[str, Any] | None = None,
        limit: int = 10,
    ) -> SearchOut:
        """`filter` is that of the API, as JSON."""
        body = {"query": query, "collection": collection, "filter": filter, "limit": limit}
        return SearchOut.model_validate_json(self._request("POST", "/v1/search", json=body).content)

    def answer_events(
        self,
        question: str,
        *,
        collection: str | None = None,
        filter: Mapping[str, Any] | None = None,
        extractive: bool = False,
        history: Sequence[Mapping[str, Any]] = (),
        effort: str | None = None,
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and payloads of an answer's events, as they come. Raises the error that a `problem` event carries.

        `history` is that of the API, as JSON.
        """
        asked = {"question": question, "collection": collection, "filter": filter, "extractive": extractive}
        yield from self._posted_events("/v1/answers", {**asked, "history": list(history), "effort": effort})

    def estimate(
        self,
        question: str,
        *,
        collection: str | None = None,
        filter: Mapping[str, Any] | None = None,
        extractive: bool = False,
    ) -> EstimateOut:
        """What an answer would take; no chat model is asked."""
        body = {"question": question, "collection": collection, "filter": filter, "extractive": extractive}
        return EstimateOut.model_validate_json(self._request("POST", "/v1/answers/estimate", json=body).content)

    def summary_events(
        self, document_id: str, *, length: str = "medium", language: str | None = None, extractive: bool = False
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and payloads of a summary's events, as they come. Raises as `answer_events` does."""
        body = {"length": length, "language": language, "extractive": extractive}
        yield from self._posted_events(f"/v1/documents/{document_id}/summary", body)

    def comparison_events(
        self, documents: Sequence[str], *, question: str = "", language: str | None = None, extractive: bool = False
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and payloads of a comparison's events, as they come. Raises as `answer_events` does."""
        body = {"documents": list(documents), "question": question, "language": language, "extractive": extractive}
        yield from self._posted_events("/v1/comparisons", body)

    def _posted_events(self, path: str, body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        headers = {"Accept": "text/event-stream"}
        with self._reaching(), self._http.stream("POST", path, json=body, headers=headers) as reply:
            if reply.is_error:
                reply.read()
                raise _error(reply)
            for name, payload in _events(_lines(reply.iter_text())):
                if name == "problem":
                    raise from_code(payload["code"], payload["details"])
                yield name, payload

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        with self._reaching():
            reply = self._http.request(method, path, **options)
        if reply.is_error:
            raise _error(reply)
        return reply

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise ServerUnavailable(where=self._where, reason=str(error) or type(error).__name__) from error


def _sendable(name: str) -> str:
    """A file name on Linux need not be UTF-8; what is not is shown as �, and the uri tells such files apart."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines as event streams know them. `httpx.Response.iter_lines` also ends them within quoted words, at U+2028."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from whole


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The server's own events: one name and one line of JSON each; comments in between."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def _error(reply: httpx.Response) -> ChuchuError:
    try:
        document = reply.json()
        known = from_code(document["code"], document["details"])
    except (ValueError, KeyError, TypeError):
        return ServerUnavailable(where=str(reply.url), reason=f"HTTP {reply.status_code}")
    return known if known.code == document["code"] else ChuchuError(reason=document["detail"])

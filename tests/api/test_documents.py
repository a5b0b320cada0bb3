from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import LEAVE, Service


def raw_upload(service: Service, part: str, *more_parts: str) -> httpx.Response:
    """A multipart body written by hand: clients do not send what is tried here."""
    parts = (part, *more_parts)
    body = "".join(f"--frontier\r\n{text}\r\n" for text in parts) + "--frontier--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=frontier"}
    return service.http.post("/v1/documents", content=body.encode(), headers=headers)


def test_a_file_is_accepted_worked_on_listed_and_deleted(service: Service) -> None:
    reply = service.upload("leave.md", LEAVE, collection="whole-life", title="Leave of absence")

    assert reply.status_code == 202
    accepted = reply.json()
    assert accepted["outcome"] == "submitted"
    assert accepted["job"]["status"] in ("queued", "running")
    job = service.ended(accepted["job"]["id"])
    assert (job["status"], job["done"], job["total"], job["failure"]) == ("succeeded", 1, 1, None)

    shown = service.http.get(f"/v1/documents/{accepted['document_id']}").json()
    assert (shown["title"], shown["uri"], shown["media_type"]) == ("Leave of absence", "leave.md", "text/markdown")
    assert shown["live_version"]["id"] == job["version_id"]
    assert [version["id"] for version in shown["versions"]] == [job["version_id"]]

    again = service.upload("leave.md", LEAVE, collection="whole-life")
    assert (again.status_code, again.json()) == (
        200,
        {"outcome": "unchanged", "document_id": accepted["document_id"], "job": None},
    )

    assert service.http.delete(f"/v1/documents/{accepted['document_id']}").status_code == 204
    gone = service.http.get(f"/v1/documents/{accepted['document_id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "document-not-found")
    assert service.http.get("/v1/documents", params={"collection": "whole-life"}).json()["documents"] == []


def test_a_new_state_of_a_uri_is_a_new_version(service: Service) -> None:
    old = service.ingested("a.md", LEAVE, uri="wiki/leave", collection="versions")
    new = service.ingested("b.md", LEAVE.replace("30", "45"), uri="wiki/leave", collection="versions")

    versions = service.http.get(f"/v1/documents/{new['document_id']}").json()["versions"]

    assert old["document_id"] == new["document_id"]
    assert [(version["id"], version["status"]) for version in versions] == [
        (new["version_id"], "live"),
        (old["version_id"], "superseded"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.md", b"", 400, "empty-file"),
        ("big.md", b"x" * 1_000_001, 413, "file-too-large"),
        ("program.exe", b"MZ\x90\x00" + bytes(200), 415, "media-type-unsupported"),
        ("report.docx", b"%PDF-1.7\n" + b"%" * 200, 415, "media-type-mismatch"),
    ],
)
def test_what_is_refused_at_once_has_its_status(
    service: Service, name: str, content: bytes, status: int, code: str
) -> None:
    reply = service.upload(name, content, collection="refused")

    assert (reply.status_code, reply.json()["code"]) == (status, code)
    listed = service.http.get("/v1/documents", params={"collection": "refused"}).json()["documents"]
    failures = {document["uri"]: document["job"]["failure"]["code"] for document in listed}
    assert failures[name] == code


def test_what_only_reading_shows_fails_the_job_in_the_reader_s_language(service: Service) -> None:
    job = service.ingested("nothing.html", "<html><body></body></html>", collection="unreadable")

    chinese = service.http.get(f"/v1/jobs/{job['id']}", headers={"Accept-Language": "zh-CN"}).json()

    assert (job["status"], job["failure"]["code"]) == ("failed", "no-text")
    assert job["failure"]["message"].startswith("The file holds no text.")
    assert chinese["failure"]["message"].startswith("文件中没有文字。")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("年假制度（2026 修订）.md", "年假制度（2026 修订）.md"),
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\Users\\li\\leave.md", "leave.md"),
        ("semi; colon=.md", "semi; colon=.md"),
    ],
)
def test_names_are_kept_and_lead_nowhere(service: Service, name: str, shown: str) -> None:
    job = service.ingested(name, LEAVE, collection="names")

    assert (job["status"], job["name"]) == ("succeeded", shown)


def test_a_name_of_three_thousand_characters(service: Service) -> None:
    job = service.ingested("n" * 3000 + ".md", LEAVE, collection="names")

    assert (job["status"], len(job["name"])) == ("succeeded", 3003)


@pytest.mark.parametrize(
    "part",
    [
        'Content-Disposition: form-data; name="file"\r\n\r\nThe notice period is 30 days.',
        'Content-Disposition: form-data; name="other"; filename="a.md"\r\n\r\nThe notice period is 30 days.',
    ],
)
def test_a_part_that_is_no_file_is_refused(service: Service, part: str) -> None:
    reply = raw_upload(service, part)

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")
    assert reply.json()["detail"].startswith("file: ")


def test_a_file_without_a_name_needs_a_uri(service: Service) -> None:
    """Otherwise every nameless file would replace the one before."""
    nameless = 'Content-Disposition: form-data; name="file"; filename=""\r\n\r\nThe notice period is 30 days.'
    uri = 'Content-Disposition: form-data; name="uri"\r\n\r\nhttps://wiki.example/leave.md'

    refused, accepted = raw_upload(service, nameless), raw_upload(service, nameless, uri)

    assert (refused.status_code, refused.json()["code"]) == (422, "file-unnamed")
    assert (accepted.status_code, accepted.json()["job"]["name"]) == (202, "leave.md")


@pytest.mark.parametrize("body", [b"", b"--frontier", b"--frontier\r\nnonsense"])
def test_a_body_that_is_no_multipart_is_refused(service: Service, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=frontier"}

    reply = service.http.post("/v1/documents", content=body, headers=headers)

    assert reply.status_code in (400, 422)
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "form",
    [
        {"collection": "with space"},
        {"collection": "a/b"},
        {"collection": "x" * 65},
        {"title": "t" * 501},
        {"uri": "u" * 4097},
    ],
)
def test_fields_out_of_bounds_are_refused(service: Service, form: dict[str, str]) -> None:
    reply = service.upload("leave.md", LEAVE, **form)

    (field,) = form
    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")
    assert reply.json()["detail"].startswith(f"{field}: ")


def test_the_list_is_read_page_by_page(service: Service) -> None:
    ids = [service.ingested(f"{n}.md", LEAVE, collection="pages")["document_id"] for n in range(5)]

    pages: list[dict[str, Any]] = []
    query: dict[str, str] = {"collection": "pages", "limit": "2"}
    while True:
        pages.append(service.http.get("/v1/documents", params=query).json())
        if pages[-1]["next"] is None:
            break
        query["after"] = pages[-1]["next"]

    read = [document["id"] for page in pages for document in page["documents"]]
    assert [len(page["documents"]) for page in pages] == [2, 2, 1]
    assert read == ids[::-1]
    assert [document.id for document in service.client.documents("pages")] == ids[::-1]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "501"}, {"limit": "many"}, {"collection": ""}])
def test_a_list_that_cannot_be_is_refused(service: Service, query: dict[str, str]) -> None:
    assert service.http.get("/v1/documents", params=query).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/documents/nowhere", "document-not-found"),
        ("DELETE", "/v1/documents/nowhere", "document-not-found"),
        ("GET", "/v1/documents/a%00b", "document-not-found"),
        ("GET", "/v1/jobs/nowhere", "job-not-found"),
        ("POST", "/v1/jobs/nowhere/cancel", "job-not-found"),
        ("GET", "/v1/nowhere", "http-error"),
    ],
)
def test_what_is_not_there(service: Service, method: str, path: str, code: str) -> None:
    reply = service.http.request(method, path)

    assert (reply.status_code, reply.json()["code"]) == (404, code)


def test_cancelling_what_has_ended_changes_nothing(service: Service) -> None:
    job = service.ingested("done.md", LEAVE, collection="cancelled")

    reply = service.http.post(f"/v1/jobs/{job['id']}/cancel")

    assert (reply.status_code, reply.json()["status"]) == (200, "succeeded")

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import LEAVE, Api


def test_an_upload_goes_live_and_the_same_bytes_cost_nothing(api: Api, leave: dict[str, Any]) -> None:
    again = api.upload("leave.md", LEAVE, collection="leave", uri="wiki/leave")
    shown = api.get(f"/v1/documents/{leave['document_id']}").json()

    assert leave["status"] == "succeeded"
    assert (again.status_code, again.json()["outcome"], again.json()["job"]) == (200, "unchanged", None)
    assert again.json()["document_id"] == leave["document_id"]
    assert (shown["title"], shown["uri"], shown["live_version"]["id"]) == ("Leave", "wiki/leave", leave["version_id"])
    assert [version["status"] for version in shown["versions"]] == ["live"]


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.md", b"", 400, "empty-file"),
        ("large.txt", b"a" * 100_001, 413, "file-too-large"),
        ("tool.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", 415, "media-type-unsupported"),
    ],
)
def test_a_file_that_will_never_do_is_refused_and_listed(
    api: Api, name: str, content: bytes, status: int, code: str
) -> None:
    collection = code
    reply = api.upload(name, content, collection=collection)
    (listed,) = api.get("/v1/documents", params={"collection": collection}).json()["documents"]

    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert (listed["live_version"], listed["job"]["failure"]["code"]) == (None, code)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/手册.md", "手册.md"),
        ("..\\..\\secret.md", "secret.md"),
        ("年假 规定（2026）.md", "年假 规定（2026）.md"),
        ("n" * 3000 + ".md", "n" * 3000 + ".md"),
    ],
    ids=["slashes", "backslashes", "chinese", "huge"],
)
def test_names_are_only_names(api: Api, name: str, shown: str) -> None:
    reply = api.upload(name, f"# {name[:9]}\n\nSome words.\n", collection="names")

    assert reply.status_code == 202
    assert reply.json()["job"]["name"] == shown


@pytest.mark.parametrize("form", [{"collection": "a/b"}, {"uri": "u" * 4097}, {"title": "t" * 501}], ids=str)
def test_forms_are_checked(api: Api, form: dict[str, str]) -> None:
    reply = api.upload("a.md", LEAVE, **form)

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


def test_a_form_without_a_file_or_its_name_is_refused(api: Api) -> None:
    assert api.upload("", LEAVE).status_code == 422
    assert api.post("/v1/documents", data={"collection": "default"}).status_code == 422


def test_a_name_beyond_all_measure_is_refused(api: Api) -> None:
    assert api.upload("n" * 5000 + ".md", LEAVE).status_code == 400


def test_listings_come_page_by_page_the_newest_first(api: Api) -> None:
    made = [
        api.upload(f"{number}.md", f"Number {number}.", collection="pages").json()["document_id"] for number in range(5)
    ]

    found, after = [], None
    while True:
        query = {"collection": "pages", "limit": 2} | ({"after": after} if after else {})
        page = api.get("/v1/documents", params=query).json()
        assert len(page["documents"]) <= 2
        found += [document["id"] for document in page["documents"]]
        after = page["next"]
        if after is None:
            break

    assert found == made[::-1]


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    codes = {
        ("GET", "/v1/documents/none"): "document-not-found",
        ("DELETE", "/v1/documents/none"): "document-not-found",
        ("GET", "/v1/jobs/none"): "job-not-found",
        ("POST", "/v1/jobs/none/cancel"): "job-not-found",
        ("POST", "/v1/documents/none/release"): "document-not-found",
        ("GET", "/v1/documents/none/versions/none"): "version-not-found",
        ("GET", "/v1/documents/none/versions/none/text?start=0&end=1"): "version-not-found",
        ("GET", "/v1/documents/none/versions/none/pages/1"): "version-not-found",
    }

    replies = {asked: api.ask(*asked) for asked in codes}

    assert {asked: reply.json()["code"] for asked, reply in replies.items()} == codes
    assert {reply.status_code for reply in replies.values()} == {404}


def test_a_deleted_document_is_gone(api: Api) -> None:
    job = api.ingested("gone.md", "# Gone\n\nSoon no more.\n", collection="gone")

    reply = api.ask("DELETE", f"/v1/documents/{job['document_id']}")

    place = f"/v1/documents/{job['document_id']}"
    assert (reply.status_code, reply.content) == (204, b"")
    assert api.get(place).status_code == 404
    assert api.get(f"{place}/versions/{job['version_id']}/text?start=0&end=4").json()["code"] == "document-deleted"
    assert api.post("/v1/search", json={"query": "Gone", "collection": "gone"}).json()["passages"] == []


def test_a_document_in_quarantine_shows_why_and_is_released(api: Api) -> None:
    job = api.ingested("soup.md", "㐂㐄㐆㐈㐊㐌㐎㐐㐒㐔㐖㐘 Soup\n", collection="soup")
    place = f"/v1/documents/{job['document_id']}"
    (held,) = api.get(place).json()["versions"]

    reply = api.post(f"{place}/release", headers={"Accept-Language": "zh"})

    assert (job["status"], job["failure"]["code"]) == ("quarantined", "text-unlikely")
    assert (held["status"], held["quality"]["score"] < 0.5) == ("quarantined", True)
    assert (reply.status_code, reply.json()["status"], reply.json()["failure"]) == (202, "queued", None)
    again = api.post(f"{place}/release", headers={"Accept-Language": "zh"})
    assert (again.status_code, again.json()["code"]) == (409, "not-quarantined")
    assert "未被隔离" in again.json()["detail"]


def test_a_moved_document_keeps_everything_but_its_uri(api: Api) -> None:
    job = api.ingested("old.md", "# Move\n\nA house is moved.\n", collection="move", uri="file:///srv/old.md")
    other = api.ingested("b.md", LEAVE, collection="move", uri="file:///srv/b.md")
    place = f"/v1/documents/{job['document_id']}"

    moved = api.post(f"{place}/move", json={"uri": "file:///srv/%E6%96%B0.md"})
    taken = api.post(f"{place}/move", json={"uri": "file:///srv/b.md"})
    shown = api.get(place).json()
    again = api.upload("x", "# Move\n\nA house is moved.\n", collection="move", uri="file:///srv/%E6%96%B0.md").json()
    anew = api.upload("x.md", "# New\n\nAnother house.\n", collection="move", uri="file:///srv/old.md").json()

    assert (moved.status_code, taken.status_code, taken.json()["code"]) == (204, 409, "uri-taken")
    assert taken.json()["details"]["document_id"] == other["document_id"]
    assert (shown["uri"], shown["job"]["name"]) == ("file:///srv/%E6%96%B0.md", "新.md")
    assert shown["live_version"]["id"] == job["version_id"]
    assert (again["outcome"], again["document_id"]) == ("unchanged", job["document_id"])
    assert (anew["outcome"], anew["document_id"] == job["document_id"]) == ("submitted", False)


def test_a_finished_job_is_not_cancelled(api: Api, leave: dict[str, Any]) -> None:
    assert api.post(f"/v1/jobs/{leave['id']}/cancel").json()["status"] == "succeeded"


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("http://127.0.0.1:1/secret", 422, "url-address-forbidden"),
        ("http://localhost/", 422, "url-address-forbidden"),
        ("ftp://example.com/x", 422, "url-invalid"),
        ("", 422, "request-invalid"),
    ],
)
def test_urls_that_lead_inside_are_refused(api: Api, url: str, status: int, code: str) -> None:
    reply = api.post("/v1/documents/url", json={"url": url, "collection": "urls"})

    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert api.get("/v1/documents", params={"collection": "urls"}).json()["documents"] == []

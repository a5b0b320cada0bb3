from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.api.conftest import Api
from tests.ingest.parsing.conftest import pdf_of, text_at

YELLOW_BLUE = 180
"""Highlighted paper has less blue than this; see the colour of marks in the renderer."""


@pytest.fixture(scope="module")
def report(api: Api) -> dict[str, Any]:
    """A PDF of two pages; `quote me` stands on the second, right of the middle and half way down."""
    pages = pdf_of(text_at(50, 700, "The first page."), text_at(300, 400, "quote me"))
    return api.ingested("report.pdf", pages, collection="report")


def place(job: dict[str, Any]) -> str:
    return f"/v1/documents/{job['document_id']}/versions/{job['version_id']}"


def span_of(api: Api, job: dict[str, Any], words: str) -> dict[str, int]:
    length = api.get(f"/v1/documents/{job['document_id']}").json()["live_version"]["characters"]
    text = api.get(f"{place(job)}/text", params={"start": 0, "end": length}).json()["quote"]
    return {"start": text.index(words), "end": text.index(words) + len(words)}


def marked(png: bytes) -> tuple[float, float, float, float] | None:
    """The rectangle that is highlighted, in fractions of the page."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    red, _, blue = picture.split()
    yellow = Image.composite(blue.point(lambda b: 255 * (b < YELLOW_BLUE)), Image.new("L", picture.size), red)
    box = yellow.point(lambda v: 255 * (v > 200)).getbbox()
    width, height = picture.size
    return (box[0] / width, box[1] / height, box[2] / width, box[3] / height) if box else None


def test_a_page_shows_the_quote_where_it_stands(api: Api, report: dict[str, Any]) -> None:
    reply = api.get(f"{place(report)}/pages/2", params=span_of(api, report, "quote me"))

    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert "immutable" in reply.headers["cache-control"]
    mark = marked(reply.content)
    assert mark is not None
    left, top, right, bottom = mark
    # Helvetica 10 makes the words 42.25 of 600 points wide; their baseline is half way down.
    assert left == pytest.approx(0.5, abs=0.01)
    assert right == pytest.approx((300 + 42.25) / 600, abs=0.01)
    assert 0.48 < top < 0.5 < bottom < 0.52


def test_another_page_and_no_span_carry_no_mark(api: Api, report: dict[str, Any]) -> None:
    span = span_of(api, report, "quote me")

    assert marked(api.get(f"{place(report)}/pages/1", params=span).content) is None
    assert marked(api.get(f"{place(report)}/pages/2").content) is None


def test_pages_that_do_not_exist_are_not_found(api: Api, report: dict[str, Any], leave: dict[str, Any]) -> None:
    beyond = api.get(f"{place(report)}/pages/3")
    without_pages = api.get(f"{place(leave)}/pages/1")

    assert (beyond.status_code, beyond.json()["details"]) == (404, {"page": 3, "pages": 2})
    assert (without_pages.status_code, without_pages.json()["code"]) == (404, "page-not-found")
    assert api.get(f"{place(report)}/pages/0").status_code == 422


def test_a_quote_stands_within_its_surroundings(api: Api, leave: dict[str, Any]) -> None:
    span = span_of(api, leave, "30 days")

    quote = api.get(f"{place(leave)}/text", params={**span, "around": 4}).json()

    assert (quote["before"], quote["quote"], quote["after"].strip()) == (" is ", "30 days", ".")
    assert (quote["title"], quote["status"]) == ("Leave", "live")


@pytest.mark.parametrize("path", ["text", "pages/1"])
@pytest.mark.parametrize(("start", "end"), [(5, 4), (0, 10_000)])
def test_a_span_lies_within_the_text(api: Api, report: dict[str, Any], path: str, start: int, end: int) -> None:
    reply = api.get(f"{place(report)}/{path}", params={"start": start, "end": end})

    assert (reply.status_code, reply.json()["code"]) == (422, "span-invalid")


def test_offsets_are_not_negative(api: Api, leave: dict[str, Any]) -> None:
    reply = api.get(f"{place(leave)}/text", params={"start": -1, "end": 4})

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


def test_a_version_belongs_to_its_document(api: Api, leave: dict[str, Any], report: dict[str, Any]) -> None:
    path = f"/v1/documents/{leave['document_id']}/versions/{report['version_id']}/text"

    assert api.get(path, params={"start": 0, "end": 1}).json()["code"] == "version-not-found"


def test_a_citation_outlives_its_version_and_says_what_became_of_it(api: Api) -> None:
    old = api.ingested("rules.md", "# Rules\n\nThe notice period is 30 days.\n", collection="change")
    span = span_of(api, old, "30 days")

    def states() -> list[str]:
        return [api.get(place(old)).json()["status"], api.get(f"{place(old)}/text", params=span).json().get("status")]

    live = states()
    new = api.ingested("rules.md", "# Rules\n\nThe notice period is 45 days.\n", collection="change")
    quote = api.get(f"{place(old)}/text", params=span).json()
    superseded = states()
    api.ask("DELETE", f"/v1/documents/{old['document_id']}")
    gone = api.get(f"{place(old)}/text", params=span)

    assert (live, superseded) == (["live", "live"], ["superseded", "superseded"])
    assert (quote["quote"], quote["superseded_by"]) == ("30 days", new["version_id"])
    assert (gone.status_code, gone.json()["code"]) == (410, "document-deleted")
    assert api.get(place(old)).json()["status"] == "deleted"

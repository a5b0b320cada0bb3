from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.api.conftest import LEAVE, Service
from tests.ingest.parsing.conftest import pdf_of, text_at

LINE = "The notice period is 30 days."


def place(job: dict[str, Any]) -> str:
    return f"/v1/documents/{job['document_id']}/versions/{job['version_id']}"


@pytest.fixture(scope="module")
def pdf(service: Service) -> dict[str, Any]:
    second = text_at(50, 700, "Trains are booked by the office.")
    return service.ingested("leave.pdf", pdf_of(text_at(50, 700, LINE), second))


@pytest.fixture(scope="module")
def note(service: Service) -> dict[str, Any]:
    return service.ingested("leave.md", LEAVE)


def picture(service: Service, path: str, **query: int) -> Image.Image:
    reply = service.http.get(path, params=query)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in reply.headers["Cache-Control"]
    return Image.open(io.BytesIO(reply.content)).convert("RGB")


def coloured(image: Image.Image) -> int:
    """Pixels that are not grey: the marks, on a page of black on white."""
    return sum(count for count, (red, green, blue) in image.getcolors(1 << 24) or [] if not red == green == blue)


def test_a_page_is_shown_with_the_quote_marked(service: Service, pdf: dict[str, Any]) -> None:
    plain = picture(service, f"{place(pdf)}/pages/1")
    marked = picture(service, f"{place(pdf)}/pages/1", start=0, end=len(LINE))
    other = picture(service, f"{place(pdf)}/pages/2", start=0, end=len(LINE))

    assert plain.size == marked.size == (1200, 1600)
    assert coloured(plain) == 0
    assert coloured(marked) > 1000
    assert coloured(other) == 0


@pytest.mark.parametrize("number", [3, 10**30])
def test_a_page_that_is_not_there(service: Service, pdf: dict[str, Any], number: int) -> None:
    reply = service.http.get(f"{place(pdf)}/pages/{number}")

    assert (reply.status_code, reply.json()["code"], reply.json()["details"]["pages"]) == (404, "page-not-found", 2)


def test_a_format_without_pages_has_none(service: Service, note: dict[str, Any]) -> None:
    reply = service.http.get(f"{place(note)}/pages/1")

    assert (reply.status_code, reply.json()["code"]) == (404, "page-not-found")


@pytest.mark.parametrize("number", [0, -1, "one"])
def test_a_page_number_that_cannot_be(service: Service, pdf: dict[str, Any], number: object) -> None:
    assert service.http.get(f"{place(pdf)}/pages/{number}").status_code == 422


def test_the_text_around_a_span(service: Service, note: dict[str, Any]) -> None:
    text = "Leave\n\nThe notice period is 30 days."
    start = text.index("30 days")

    reply = service.http.get(f"{place(note)}/text", params={"start": start, "end": start + 7, "around": 10})

    assert reply.json() == {
        "before": "period is ",
        "quote": "30 days",
        "after": ".",
        "title": "Leave",
        "status": "live",
    }


def test_the_whole_text_is_a_span(service: Service, note: dict[str, Any]) -> None:
    text = "Leave\n\nThe notice period is 30 days."

    reply = service.http.get(f"{place(note)}/text", params={"start": 0, "end": len(text)})

    assert (reply.json()["before"], reply.json()["quote"], reply.json()["after"]) == ("", text, "")


@pytest.mark.parametrize(("start", "end"), [(7, 3), (0, 10_000), (9_000, 10_000)])
def test_a_span_outside_the_text_is_refused(
    service: Service, note: dict[str, Any], pdf: dict[str, Any], start: int, end: int
) -> None:
    in_text = service.http.get(f"{place(note)}/text", params={"start": start, "end": end})
    on_page = service.http.get(f"{place(pdf)}/pages/1", params={"start": start, "end": end})

    for reply in (in_text, on_page):
        assert (reply.status_code, reply.json()["code"]) == (422, "span-invalid")


@pytest.mark.parametrize("query", [{"start": -1, "end": 2}, {"end": 2}, {"start": 0, "end": 1, "around": 5001}])
def test_offsets_that_cannot_be_are_refused(service: Service, note: dict[str, Any], query: dict[str, int]) -> None:
    reply = service.http.get(f"{place(note)}/text", params=query)

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


def test_a_version_belongs_to_its_document(service: Service, note: dict[str, Any], pdf: dict[str, Any]) -> None:
    reply = service.http.get(
        f"/v1/documents/{pdf['document_id']}/versions/{note['version_id']}/text", params={"start": 0, "end": 1}
    )

    assert (reply.status_code, reply.json()["code"]) == (404, "version-not-found")


def test_nothing_of_a_deleted_document_is_shown(service: Service) -> None:
    """From the moment of the deletion, not from when the worker has come round to removing the text."""
    job = service.ingested("secret.pdf", pdf_of(text_at(50, 700, "The code is 4711.")))
    assert service.http.get(f"{place(job)}/text", params={"start": 0, "end": 3}).status_code == 200

    service.http.delete(f"/v1/documents/{job['document_id']}")

    for path in (f"{place(job)}/text?start=0&end=3", f"{place(job)}/pages/1"):
        reply = service.http.get(path)
        assert (reply.status_code, reply.json()["code"]) == (404, "document-deleted")

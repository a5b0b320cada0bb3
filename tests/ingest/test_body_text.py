"""What pages repeat is no part of what is judged, compared, or shown to a node parser."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.body_text import BodyText
from ingest.quality import measure
from rag.documents import Element, ElementKind, Page, ParsedDocument, Span

KINDS = st.sampled_from([ElementKind.PARAGRAPH, ElementKind.FURNITURE])


def document_of(parts: list[tuple[ElementKind, str]]) -> ParsedDocument:
    elements, text = [], ""
    for kind, part in parts:
        text += "\n\n" if text else ""
        elements.append(Element(kind, Span(len(text), len(text) + len(part))))
        text += part
    return ParsedDocument(text, tuple(elements))


@given(st.lists(st.tuples(KINDS, st.text("ab ", min_size=1).filter(str.strip))))
def test_the_body_is_all_text_but_the_furniture(parts: list[tuple[ElementKind, str]]) -> None:
    body = BodyText(document_of(parts))

    said = "".join(part for kind, part in parts if kind is not ElementKind.FURNITURE)
    assert "".join(body.whole.split()) == "".join(said.split())


def test_furniture_does_not_count_in_quality() -> None:
    parts = [
        (ElementKind.FURNITURE, "\ue000\ue001\ue002"),
        (ElementKind.PARAGRAPH, "Sound text."),
        (ElementKind.FURNITURE, "foot"),
    ]
    whole = document_of(parts)
    pages = (Page(1, Span(0, 16), 600, 800), Page(2, Span(16, len(whole.text)), 600, 800))

    quality = measure(ParsedDocument(whole.text, whole.elements, pages))

    assert quality.garbled_share == 0
    assert quality.characters == len("Soundtext.")
    assert [(page.number, page.trouble) for page in quality.poor_pages] == [(2, "empty")]

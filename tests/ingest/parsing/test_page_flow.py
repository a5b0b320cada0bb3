"""What a page break parts is one again, and every character still knows its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.parsing.parser import parse
from ingest.parsing.records import Parsed, ParseLimits
from rag.documents import ElementKind
from rag.geometry import PageGeometry

FULL = "The committee met in the large hall on Monday morning, and after an hour of debate it decided to"
"""Reaches well over the middle of a page of 600 points in Helvetica 10."""


def parsed(tmp_path: Path, pdf: Any, *pages: str) -> Parsed:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf.pdf_of(*pages))
    return parse(path, path.name, ParseLimits())


def test_a_sentence_goes_on_over_the_page_break(tmp_path: Path, pdf: Any) -> None:
    result = parsed(tmp_path, pdf, pdf.text_at(50, 60, FULL), pdf.text_at(50, 740, "defer the vote."))

    document = result.document
    assert document.text == f"{FULL} defer the vote."
    assert [element.page for element in document.elements] == [1]
    assert [page.span.of(document.text) for page in document.pages] == [f"{FULL} ", "defer the vote."]
    assert result.geometry is not None
    boxes = PageGeometry.from_bytes(result.geometry).boxes(document.elements[0].span)
    assert [box.page for box in boxes] == [1, 2]


def test_a_word_parted_by_the_page_break_is_whole(tmp_path: Path, pdf: Any) -> None:
    result = parsed(tmp_path, pdf, pdf.text_at(50, 60, f"{FULL} inter-"), pdf.text_at(50, 740, "rupt the vote."))

    assert result.document.text == f"{FULL} interrupt the vote."


def test_a_header_between_the_halves_parts_nothing(tmp_path: Path, pdf: Any) -> None:
    header = pdf.text_at(50, 780, "Annual Report of Example Ltd")
    middle = pdf.text_at(50, 740, "defer the vote.") + pdf.text_at(50, 700, "It went home.")
    pages = (header + pdf.text_at(50, 60, FULL), header + middle, header + pdf.text_at(50, 740, "A week passed."))

    text = parsed(tmp_path, pdf, *pages).document.text

    assert f"{FULL} defer the vote." in text


def test_a_new_sentence_and_a_short_line_begin_anew(tmp_path: Path, pdf: Any) -> None:
    ended = parsed(tmp_path, pdf, pdf.text_at(50, 60, f"{FULL} vote."), pdf.text_at(50, 740, "the next day"))
    label = parsed(tmp_path, pdf, pdf.text_at(50, 60, "agenda"), pdf.text_at(50, 740, "thanks to all"))

    assert [len(ended.document.elements), len(label.document.elements)] == [2, 2]


def test_a_table_goes_on_under_its_header(tmp_path: Path, pdf: Any) -> None:
    def rows(top: int, *cells: tuple[str, str]) -> str:
        return "".join(
            pdf.text_at(50 + 150 * column, top - 16 * at, cell)
            for at, row in enumerate(cells)
            for column, cell in enumerate(row)
        )

    document = parsed(
        tmp_path,
        pdf,
        rows(100, ("Item", "Price"), ("Bolt", "12"), ("Nut", "7")),
        rows(740, ("Screw", "3"), ("Nail 5", "1")),
    ).document

    (table,) = [element for element in document.elements if element.kind is ElementKind.TABLE]
    assert table.span.of(document.text) == "Item | Price\nBolt | 12\nNut | 7\nScrew | 3\nNail 5 | 1"
    assert table.header is not None
    assert table.header.of(document.text) == "Item | Price"

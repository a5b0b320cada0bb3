"""What pages repeat at their edges is told from what they say, and stands in no passage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.chunking import chunk
from ingest.parsing.parser import parse
from ingest.parsing.records import ParseLimits
from ingest.passages import Origin
from rag.documents import ElementKind, ParsedDocument

BODY = ("Revenue grew in every quarter of the year.", "Costs fell.", "Nothing else happened.", "The end is near.")


def document_of(tmp_path: Path, pdf: Any, pages: Sequence[str]) -> ParsedDocument:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf.pdf_of(*pages))
    return parse(path, path.name, ParseLimits()).document


def passages_of(document: ParsedDocument) -> str:
    def characters(texts: Sequence[str]) -> list[int]:
        return list(map(len, texts))

    origin = Origin("d", "v", "c", "title")
    passages = chunk(document, origin=origin, count_tokens=characters, passage_tokens=1000)
    return "\n".join(passage.span.of(document.text) for passage in passages)


def pages_with(pdf: Any, count: int, edges: Callable[[int], str]) -> list[str]:
    """Pages of some text each, and what `edges` draws on a page of this number."""
    return [edges(number) + pdf.text_at(50, 500, BODY[number % len(BODY)]) for number in range(1, count + 1)]


def test_a_running_header_is_kept_once_and_in_no_passage(tmp_path: Path, pdf: Any) -> None:
    pages = pages_with(pdf, 4, lambda _: pdf.text_at(50, 770, "Annual Report of Example Ltd"))

    document = document_of(tmp_path, pdf, pages)

    furniture = [element for element in document.elements if element.kind is ElementKind.FURNITURE]
    assert [element.span.of(document.text) for element in furniture] == ["Annual Report of Example Ltd"]
    assert furniture[0].page == 1
    assert passages_of(document) == "\n\n".join(BODY[number % 4] for number in range(1, 5))


@pytest.mark.parametrize("form", ["{}", "- {} -", "Page {} of 9", "{} / 9"])
@pytest.mark.parametrize("first", [1, 17])
def test_page_numbers_are_left_out(tmp_path: Path, pdf: Any, form: str, first: int) -> None:
    pages = pages_with(pdf, 3, lambda number: pdf.text_at(300, 30, form.format(number + first - 1)))

    assert document_of(tmp_path, pdf, pages).text == "\n\n".join(BODY[number] for number in (1, 2, 3))


def test_a_page_number_right_below_the_text_is_left_out(tmp_path: Path, pdf: Any) -> None:
    pages = pages_with(pdf, 3, lambda number: pdf.text_at(300, 450 - 60 * number, str(number)))

    assert "\n2" not in document_of(tmp_path, pdf, pages).text


def test_headers_of_facing_pages_take_turns(tmp_path: Path, pdf: Any) -> None:
    headers = ("Handbook", "Chapter on bolts")
    pages = pages_with(pdf, 8, lambda number: pdf.text_at(50, 770, headers[number % 2]))

    said = passages_of(document_of(tmp_path, pdf, pages))

    assert not any(header in said for header in headers)


def test_a_header_with_the_page_number_in_it_is_one(tmp_path: Path, pdf: Any) -> None:
    pages = pages_with(pdf, 4, lambda number: pdf.text_at(50, 770, f"{number} Annual Report of Example Ltd 2022"))

    assert "Annual Report" not in passages_of(document_of(tmp_path, pdf, pages))


def test_what_two_pages_share_by_chance_stays(tmp_path: Path, pdf: Any) -> None:
    pages = pages_with(pdf, 6, lambda number: pdf.text_at(50, 770, "Notes") if number in (2, 3) else "")

    assert passages_of(document_of(tmp_path, pdf, pages)).count("Notes") == 2


def test_figures_at_the_foot_that_do_not_count_pages_stay(tmp_path: Path, pdf: Any) -> None:
    totals = (400, 90, 7)
    pages = pages_with(pdf, 3, lambda number: pdf.text_at(50, 30, f"Total {totals[number - 1]}"))

    said = document_of(tmp_path, pdf, pages).text

    assert all(f"Total {total}" in said for total in totals)


def test_names_of_columns_on_each_page_stay_with_their_table(tmp_path: Path, pdf: Any) -> None:
    def table(number: int) -> str:
        rows = [("Item", "Price"), (f"Bolt {number}", "12"), (f"Nut {number}", "7")]
        return "".join(
            pdf.text_at(50 + 150 * column, 780 - 16 * at, cell)
            for at, row in enumerate(rows)
            for column, cell in enumerate(row)
        )

    document = document_of(tmp_path, pdf, pages_with(pdf, 4, table))

    assert document.text.count("Item | Price") == 4


def test_titles_of_slides_stay(tmp_path: Path, pdf: Any) -> None:
    pages = pages_with(pdf, 4, lambda _: pdf.text_at(50, 770, "Results", size=28))

    assert passages_of(document_of(tmp_path, pdf, pages)).count("Results") == 4


def test_a_line_further_in_than_the_text_is_none(tmp_path: Path, pdf: Any) -> None:
    """The body begins above it, so what comes again there is part of the body."""
    pages = pages_with(
        pdf, 4, lambda number: pdf.text_at(50, 780, BODY[number - 1]) + pdf.text_at(50, 760, "of the company")
    )

    assert passages_of(document_of(tmp_path, pdf, pages)).count("of the company") == 4


def test_what_is_on_every_page_and_nothing_else_is_what_the_document_says(tmp_path: Path, pdf: Any) -> None:
    pages = [pdf.text_at(50, 770, "Closed on Mondays")] * 4

    document = document_of(tmp_path, pdf, pages)

    assert [element.kind for element in document.elements] == [ElementKind.PARAGRAPH]
    assert passages_of(document) == "Closed on Mondays"

"""PDF: text, structure by geometry, and a box for every character, through PDFium."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.parsing.draft import Draft
from ingest.parsing.furniture import set_furniture_apart
from ingest.parsing.page_lines import PageLines, TextLayer
from ingest.parsing.page_ranges import PageRange, PageRanges
from ingest.parsing.page_writer import write_pages
from ingest.parsing.pdf_file import PAGES_AT_A_TIME, numbered_pages, open_pdf
from ingest.parsing.pdf_lines import read_page
from ingest.parsing.pdf_scans import some, with_recognised
from ingest.parsing.recognised_pages import RECOGNISER, OnRecognised
from ingest.parsing.records import OnPage, PageRead, Recognition, unheard
from rag.documents import ParsedDocument
from rag.errors import NoText

NOTHING_KEPT = PageRanges(None)
PARSER = "pdfium"
_TITLE_LIMIT = 200
_NO_TITLES = ("untitled", "microsoft word - ", "powerpoint presentation", "unknown", "无标题")


def parse_pdf(
    path: Path,
    max_pages: int,
    recognition: Recognition,
    on_page: OnPage = unheard,
    kept: PageRanges = NOTHING_KEPT,
) -> tuple[ParsedDocument, bytes]:
    """The document and its serialised PageGeometry. A damaged page is left out with a warning; what `kept` has is not
    read again.

    Raises PasswordRequired, UnreadableFormat, NoText.
    """
    draft = Draft()
    with open_pdf(path) as document:
        title, count = _title(document), len(document)
    if count > max_pages:
        draft.warnings.append(f"only the first {max_pages} of {count} pages were read")
    pages = _read_pages(path, min(count, max_pages), on_page, kept, draft.warnings)
    numbers = [page.number for page in pages if _is_to_be_recognised(page, recognition)]
    if numbers:
        pages = with_recognised(
            path, pages, numbers, recognition, _heard(on_page, min(count, max_pages)), draft.warnings
        )
    if not any(page.lines for page in pages):
        raise NoText()
    parser = PARSER if all(page.confidence is None for page in pages) else f"{PARSER}+{RECOGNISER}"
    return write_pages(draft, parser, set_furniture_apart(pages), title)


def _heard(on_page: OnPage, count: int) -> OnRecognised:
    return lambda number: on_page(PageRead(number, count, recognised=True))


def _is_to_be_recognised(page: PageLines, recognition: Recognition) -> bool:
    return recognition.when == "always" or (recognition.when == "auto" and page.layer is not TextLayer.SOUND)


def _read_pages(path: Path, count: int, on_page: OnPage, kept: PageRanges, warnings: list[str]) -> list[PageLines]:
    pages: list[PageLines] = []
    damaged: list[int] = []
    for first in range(1, count + 1, PAGES_AT_A_TIME):
        last = min(count, first + PAGES_AT_A_TIME - 1)
        found = kept.get(first)
        if found is None:
            found = _read_range(path, range(first, last + 1), count, on_page)
            if count > PAGES_AT_A_TIME:
                kept.put(first, found)
        else:
            on_page(PageRead(last, count))
        pages += found.pages
        damaged += found.damaged
    if damaged:
        warnings.append(f"pages that could not be read: {some(damaged)}")
    return pages


def _read_range(path: Path, numbers: Sequence[int], count: int, on_page: OnPage) -> PageRange:
    import pypdfium2 as pdfium

    pages: list[PageLines] = []
    damaged: list[int] = []
    for number, document in numbered_pages(path, numbers):
        try:
            pages.append(read_page(document, number))
        except pdfium.PdfiumError:
            damaged.append(number)
        on_page(PageRead(number, count))
    return PageRange(tuple(pages), tuple(damaged))


def _title(document: Any) -> str | None:
    """The title that the file's properties give, unless a program put it there."""
    title = str(document.get_metadata_dict().get("Title") or "").replace("\x00", "").strip()
    is_file_name = len(title) > 4 and title[-4] == "." and " " not in title
    says_nothing = not any(character.isalpha() for character in title)
    if says_nothing or len(title) > _TITLE_LIMIT or is_file_name or title.lower().startswith(_NO_TITLES):
        return None
    return title

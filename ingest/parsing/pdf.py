"""PDF: text, structure by geometry, and a box for every character, through PDFium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ingest.parsing.draft import Draft
from ingest.parsing.layout import Block, Line, blocks_of, body_size, is_heading
from ingest.parsing.pdf_lines import PageLines, read_page
from ingest.parsing.placed import Corners
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import ElementKind, Page, ParsedDocument, Span
from rag.errors import NoText, PasswordRequired
from rag.geometry import PageGeometry

PARSER = "pdfium"
_TITLE_LIMIT = 200
_NO_TITLES = ("untitled", "microsoft word - ", "powerpoint presentation", "unknown", "无标题")


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """Raises PasswordRequired, UnreadableFormat."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise PasswordRequired() from None
        raise UnreadableFormat(reason_of(error)) from None
    try:
        yield document
    finally:
        document.close()


def parse_pdf(path: Path, max_pages: int) -> tuple[ParsedDocument, bytes]:
    """The document and its serialised PageGeometry. A damaged page is left out with a warning.

    Raises PasswordRequired, UnreadableFormat, NoText.
    """
    draft = Draft()
    with open_pdf(path) as document:
        title = _title(document)
        pages = list(_read_pages(document, max_pages, draft.warnings))
    if not any(page.lines for page in pages):
        raise NoText()
    writer = _Writer(draft, pages)
    spans = [writer.write(page) for page in pages]
    numbered = [Page(page.number, span, page.width, page.height) for page, span in zip(pages, spans, strict=True)]
    return draft.finish(PARSER, title, numbered), writer.geometry().to_bytes()


def _read_pages(document: Any, max_pages: int, warnings: list[str]) -> Iterator[PageLines]:
    import pypdfium2 as pdfium

    count = len(document)
    if count > max_pages:
        warnings.append(f"only the first {max_pages} of {count} pages were read")
    damaged: list[int] = []
    for number in range(1, min(count, max_pages) + 1):
        try:
            yield read_page(document, number)
        except pdfium.PdfiumError:
            damaged.append(number)
    if damaged:
        shown = ", ".join(map(str, damaged[:10])) + (" …" if len(damaged) > 10 else "")
        warnings.append(f"pages that could not be read: {shown}")


def _title(document: Any) -> str | None:
    """The title that the file's properties give, unless a program put it there."""
    title = str(document.get_metadata_dict().get("Title") or "").replace("\x00", "").strip()
    is_file_name = len(title) > 4 and title[-4] == "." and " " not in title
    if not title or len(title) > _TITLE_LIMIT or is_file_name or title.lower().startswith(_NO_TITLES):
        return None
    return title


class _Writer:
    """Writes pages into the draft and keeps the corners of what it wrote beside them."""

    def __init__(self, draft: Draft, pages: Sequence[PageLines]) -> None:
        self._draft = draft
        self._placed: list[tuple[int, Span, Corners]] = []
        lines = [line for page in pages for line in page.lines]
        self._body = body_size(lines)
        self._body_bold = _mostly_bold(lines)
        self._blocks = {page.number: list(blocks_of(page.lines)) for page in pages}
        self._levels = self._heading_levels()

    def write(self, page: PageLines) -> Span:
        """Adds the page and returns the span of its text, empty for a page without any."""
        spans = [self._write_block(block, page.number) for block in self._blocks[page.number]]
        return Span(spans[0].start, spans[-1].end) if spans else Span(self._draft.length, self._draft.length)

    def geometry(self) -> PageGeometry:
        pages = np.zeros(self._draft.length, np.uint16)
        corners = np.zeros((self._draft.length, 4), np.uint16)
        for number, span, placed in self._placed:
            pages[span.start : span.end] = np.where(placed.any(axis=1), number, 0)
            corners[span.start : span.end] = placed
        return PageGeometry(pages, corners)

    def _write_block(self, block: Block, page: int) -> Span:
        text = block.placed.text
        if block.kind is ElementKind.TABLE:
            span = self._draft.exact_table(text, block.header_length, page)
        elif self._is_heading(block):
            span = self._draft.exact_heading(text, self._levels[_rank(block)], page)
        else:
            span = self._draft.exact(block.kind, text, page)
        self._placed.append((page, span, block.placed.corners))
        return span

    def _is_heading(self, block: Block) -> bool:
        return is_heading(block, self._body, self._body_bold)

    def _heading_levels(self) -> dict[tuple[float, bool], int]:
        """The larger the size the outer the level; bold comes before regular of its size."""
        blocks = (block for page in self._blocks.values() for block in page)
        ranks = sorted({_rank(block) for block in blocks if self._is_heading(block)}, reverse=True)
        return {rank: min(level, 6) for level, rank in enumerate(ranks, 1)}


def _rank(block: Block) -> tuple[float, bool]:
    return round(block.size * 2) / 2, block.bold


def _mostly_bold(lines: Sequence[Line]) -> bool:
    bold = sum(len(line.text) for line in lines if line.bold)
    return 2 * bold > sum(len(line.text) for line in lines)

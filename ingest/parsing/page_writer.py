"""Pages of lines become the document's text, elements and page geometry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ingest.parsing.block import Block
from ingest.parsing.draft import Draft
from ingest.parsing.layout import blocks_of, body_size, is_heading
from ingest.parsing.line import Line
from ingest.parsing.page_flow import Run, runs_of
from ingest.parsing.page_lines import PageLines
from ingest.parsing.placed import Corners, turned_back
from rag.documents import ElementKind, Page, ParsedDocument, Span
from rag.geometry import PageGeometry


def write_pages(
    draft: Draft, parser: str, pages: Sequence[PageLines], title: str | None
) -> tuple[ParsedDocument, bytes]:
    """The document and its serialised PageGeometry."""
    writer = _Writer(draft, pages)
    for run in runs_of(writer.blocks):
        writer.write(run)
    writer.write_furniture_before(None)
    return draft.finish(parser, title, writer.pages()), writer.geometry().to_bytes()


class _Writer:
    """Writes runs into the draft and keeps the corners of what it wrote beside them."""

    def __init__(self, draft: Draft, pages: Sequence[PageLines]) -> None:
        self._draft = draft
        self._pages = pages
        self._placed: list[tuple[int, Span, Corners]] = []
        self._furniture = [page for page in reversed(pages) if page.furniture]
        lines = [line for page in pages for line in page.lines]
        self._body = body_size(lines)
        self._body_bold = _mostly_bold(lines)
        self.blocks = [(page.number, list(blocks_of(page.lines))) for page in pages]
        self._levels = self._heading_levels()

    def write(self, run: Run) -> None:
        self.write_furniture_before(run.parts[0][0])
        first, text, block = run.parts[0][0], run.text, run.block
        if block.kind is ElementKind.TABLE:
            span = self._draft.exact_table(text, block.header_length, first)
        elif len(run.parts) == 1 and self._is_heading(block):
            span = self._draft.exact_heading(text, self._levels[_rank(block)], first)
        else:
            span = self._draft.exact(block.kind, text, first)
        start = span.start
        for number, placed in run.parts:
            self._placed.append((number, Span(start, start + len(placed.text)), placed.corners))
            start += len(placed.text)

    def write_furniture_before(self, number: int | None) -> None:
        """What pages up to this one have set apart, once; None stands for the end.

        Before the first run that begins on its page, so that it never parts one that runs over the page break.
        """
        while self._furniture and (number is None or self._furniture[-1].number <= number):
            page = self._furniture.pop()
            for line in page.furniture:
                span = self._draft.exact(ElementKind.FURNITURE, line.text, page.number)
                self._placed.append((page.number, span, line.placed.corners))

    def pages(self) -> list[Page]:
        """Each page with the span of its text, empty for a page without any."""
        numbered: list[Page] = []
        spans = _spans(self._placed)
        end = 0
        for page in self._pages:
            span = spans.get(page.number, Span(end, end))
            numbered.append(Page(page.number, span, page.width, page.height, page.confidence))
            end = span.end
        return numbered

    def geometry(self) -> PageGeometry:
        pages = np.zeros(self._draft.length, np.uint16)
        corners = np.zeros((self._draft.length, 4), np.uint16)
        turns = {page.number: page.turn for page in self._pages}
        for number, span, placed in self._placed:
            pages[span.start : span.end] = np.where(placed.any(axis=1), number, 0)
            corners[span.start : span.end] = turned_back(placed, turns[number])
        return PageGeometry(pages, corners)

    def _is_heading(self, block: Block) -> bool:
        return is_heading(block, self._body, self._body_bold)

    def _heading_levels(self) -> dict[tuple[float, bool], int]:
        """The larger the size the outer the level; bold comes before regular of its size."""
        blocks = (block for _, page in self.blocks for block in page)
        ranks = sorted({_rank(block) for block in blocks if self._is_heading(block)}, reverse=True)
        return {rank: min(level, 6) for level, rank in enumerate(ranks, 1)}


def _spans(placed: Iterable[tuple[int, Span, Corners]]) -> dict[int, Span]:
    spans: dict[int, Span] = {}
    for number, span, _ in placed:
        before = spans.get(number, span)
        spans[number] = Span(min(before.start, span.start), max(before.end, span.end))
    return spans


def _rank(block: Block) -> tuple[float, bool]:
    return round(block.size * 2) / 2, block.bold


def _mostly_bold(lines: Sequence[Line]) -> bool:
    bold = sum(len(line.text) for line in lines if line.bold)
    return 2 * bold > sum(len(line.text) for line in lines)

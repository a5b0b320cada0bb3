"""A document while a parser writes it: text, elements and headings grow together, so that spans always fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.parsing.characters import clean, lines_of, one_line
from rag.documents import Element, ElementKind, Page, ParsedDocument, Span

BETWEEN_ELEMENTS = "\n\n"
BETWEEN_CELLS = " | "


class Draft:
    """Elements in reading order. Adding one returns where it stands, or None when it holds nothing."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._elements: list[Element] = []
        self._headings: list[tuple[int, str]] = []
        self.warnings: list[str] = []

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def elements(self) -> Sequence[Element]:
        return self._elements

    def heading(self, text: str, level: int, page: int | None = None) -> Span | None:
        """A title of this level (1 is the outermost). What follows stands under it until a title of its rank comes."""
        line = one_line(text)
        return self._titled(line, level, page) if line else None

    def add(self, kind: ElementKind, text: str, page: int | None = None) -> Span | None:
        """Prose: each line without surrounding blanks, empty lines dropped."""
        lines = lines_of(text)
        return self._append(kind, "\n".join(lines), page) if lines else None

    def code(self, text: str, page: int | None = None) -> Span | None:
        """Text whose indentation and empty lines mean something."""
        kept = clean(text).expandtabs(4).strip("\n").rstrip()
        return self._append(ElementKind.CODE, kept, page) if kept.strip() else None

    def exact(self, kind: ElementKind, text: str, page: int | None = None) -> Span:
        """Text that is clean already and keeps its length, because geometry is laid beside it."""
        return self._append(kind, text, page)

    def table(self, rows: Sequence[Sequence[str]], *, has_header: bool, page: int | None = None) -> Span | None:
        """A table, one line a row. Rows without any text are left out."""
        lines = [row_line(row) for row in rows]
        kept = [line for line in lines if line]
        if not kept:
            return None
        start = self._next_start()
        header = Span(start, start + len(kept[0])) if has_header and lines[0] and len(kept) > 1 else None
        return self._append(ElementKind.TABLE, "\n".join(kept), page, header)

    def exact_heading(self, text: str, level: int, page: int | None = None) -> Span:
        return self._titled(text, level, page)

    def exact_table(self, text: str, header_length: int, page: int | None = None) -> Span:
        start = self._next_start()
        header = Span(start, start + header_length) if header_length else None
        return self._append(ElementKind.TABLE, text, page, header)

    def leave_sections(self) -> None:
        """What follows stands under no heading, as after a change of slide or sheet."""
        self._headings.clear()

    def finish(self, parser: str, title: str | None = None, pages: Sequence[Page] = ()) -> ParsedDocument:
        """The document. Where nothing but furniture was found, that is what it says."""
        if all(element.kind is ElementKind.FURNITURE for element in self._elements):
            self._elements = [replace(element, kind=ElementKind.PARAGRAPH) for element in self._elements]
        return ParsedDocument(
            text="".join(self._parts),
            elements=tuple(self._elements),
            pages=tuple(pages),
            title=(one_line(title) or None) if title else self._first_title(),
            parser=parser,
            warnings=tuple(self.warnings),
        )

    def _titled(self, line: str, level: int, page: int | None) -> Span:
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        span = self._append(ElementKind.TITLE, line, page)
        self._headings.append((level, line))
        return span

    def _append(self, kind: ElementKind, text: str, page: int | None, header: Span | None = None) -> Span:
        start = self._next_start()
        if self._length:
            self._parts.append(BETWEEN_ELEMENTS)
        self._parts.append(text)
        self._length = start + len(text)
        span = Span(start, self._length)
        path = tuple(heading for _, heading in self._headings)
        self._elements.append(Element(kind, span, page, path, header))
        return span

    def _next_start(self) -> int:
        return self._length + len(BETWEEN_ELEMENTS) if self._length else 0

    def _first_title(self) -> str | None:
        """The title that the document opens with; one further down names a section, not the document."""
        first = next((element for element in self._elements if element.kind is not ElementKind.FURNITURE), None)
        return first.span.of("".join(self._parts)) if first and first.kind is ElementKind.TITLE else None


def row_line(cells: Sequence[str]) -> str:
    """One row as a line. Empty cells keep their place, so that columns can be counted; an empty row is empty."""
    texts = [one_line(cell) for cell in cells]
    return BETWEEN_CELLS.join(texts).strip() if any(texts) else ""

"""Passages from the spans of a parsed document: what stands in them, on which pages, and under which headings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid5

from ingest.pieces import CountTokens, with_gaps_filled
from rag.documents import Element, ElementKind, Page, ParsedDocument, Passage, Span
from rag.text.language import detect_language

TITLE_TOKENS = 48
_MAIL_TOKENS = 16
"""Of these, for the title of the mail that a document hangs on: it may be long, and what is closer says more."""
_HEADER_ROW_TOKENS = 96
"""For the header row of a table, beside these: without the names of its columns, a row says nothing."""
CONTEXT_TOKENS = TITLE_TOKENS + _HEADER_ROW_TOKENS

_SEPARATOR = " › "
_NAMESPACE = UUID("6f0f3c9e-4d0b-5b0e-9a54-1f4c2f6b7f21")  # arbitrary; a new one would give every passage a new id


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose passages they are. `attached_to` is the title of the mail that the document hangs on, if it does."""

    document_id: str
    version_id: str
    collection: str
    title: str
    attached_to: str = ""


def make_passages(
    parsed: ParsedDocument, spans: Sequence[Span], origin: Origin, count_tokens: CountTokens
) -> list[Passage]:
    """One passage for each span, in the same order. The same span of the same version always gets the same id."""
    structure = _Structure(parsed)
    headers = [structure.header(span, origin.title) for span in spans]
    contexts = _contexts(headers, " ".join(origin.attached_to.split()), count_tokens)
    return [
        Passage(
            id=passage_id(origin, span),
            document_id=origin.document_id,
            version_id=origin.version_id,
            collection=origin.collection,
            span=span,
            context=contexts[header],
            language=detect_language(span.of(parsed.text)),
            kinds=structure.kinds(span),
            pages=structure.pages(span),
        )
        for span, header in zip(spans, headers, strict=True)
    ]


def passage_id(origin: Origin, span: Span) -> str:
    return str(uuid5(_NAMESPACE, f"{origin.document_id}/{origin.version_id}/{span.start}-{span.end}"))


class _Header(NamedTuple):
    """Title and headings of a passage, outermost first, and the header row of the table that it goes on with."""

    parts: tuple[str, ...]
    row: str = ""


class _Structure:
    """Finds the elements and pages of a span by bisection: a book has thousands of each."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self._text = parsed.text
        self._elements = with_gaps_filled(parsed)
        self._element_starts = [element.span.start for element in self._elements]
        self._element_ends = [element.span.end for element in self._elements]
        self._pages = parsed.pages
        self._page_starts = [page.span.start for page in parsed.pages]
        self._page_ends = [page.span.end for page in parsed.pages]

    def kinds(self, span: Span) -> tuple[ElementKind, ...]:
        return tuple(dict.fromkeys(element.kind for element in self._within(span)))

    def pages(self, span: Span) -> tuple[int, ...]:
        if self._pages:
            return tuple(page.number for page in self._pages_of(span))
        numbers = {element.page for element in self._within(span) if element.page is not None}
        return tuple(sorted(numbers))

    def header(self, span: Span, title: str) -> _Header:
        """Document title, headings above the span's first element, header row of a table entered below it."""
        within = self._within(span)
        if not within:
            return _Header(_on_one_line([title]))
        headings = [heading for heading in within[0].heading_path if heading != title]
        row = _on_one_line([self._header_outside(within[0], span)])
        return _Header(_on_one_line([title, *headings]), row[0] if row else "")

    def _header_outside(self, first: Element, span: Span) -> str:
        return first.header.of(self._text) if first.header and not span.covers(first.header) else ""

    def _within(self, span: Span) -> list[Element]:
        first, last = bisect_right(self._element_ends, span.start), bisect_left(self._element_starts, span.end)
        return self._elements[first:last]

    def _pages_of(self, span: Span) -> Sequence[Page]:
        first, last = bisect_right(self._page_ends, span.start), bisect_left(self._page_starts, span.end)
        return self._pages[first:last]


def _on_one_line(parts: Sequence[str]) -> tuple[str, ...]:
    """Those that say anything."""
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def _contexts(headers: Iterable[_Header], mail: str, count_tokens: CountTokens) -> dict[_Header, str]:
    distinct = list(dict.fromkeys(headers))
    words = list(dict.fromkeys(part for header in distinct for part in (mail, *header.parts, header.row) if part))
    tokens = dict(zip(words, count_tokens(words), strict=True)) if words else {}
    return {header: _joined(header, mail, tokens) for header in distinct}


def _joined(header: _Header, mail: str, tokens: dict[str, int]) -> str:
    """At most about CONTEXT_TOKENS: the title and the innermost heading say most, so what lies between goes first."""
    parts = list(header.parts)
    above = [] if not mail or mail in parts else [_clipped(mail, tokens[mail], _MAIL_TOKENS)]
    room = TITLE_TOKENS - (min(tokens[mail], _MAIL_TOKENS) if above else 0)
    while len(parts) > 2 and sum(tokens[part] for part in parts) > room:
        del parts[1]
    if sum(tokens[part] for part in parts) > room:
        parts = [_clipped(part, tokens[part], room // len(parts)) for part in parts]
    row = [_clipped(header.row, tokens[header.row], _HEADER_ROW_TOKENS)] if header.row else []
    return _SEPARATOR.join([*above, *parts, *row])


def _clipped(part: str, tokens: int, allowed: int) -> str:
    return part if tokens <= allowed else part[: len(part) * allowed // tokens].rstrip()

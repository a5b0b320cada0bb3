"""The smallest things that a passage is made of: sentences, and whole rows of tables and lines of code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.documents import Element, ElementKind, Language, ParsedDocument, Span
from rag.text.language import detect_language
from rag.text.sentences import sentence_spans

CountTokens = Callable[[Sequence[str]], list[int]]

_LINE = re.compile(r"[^\n]+")
_CLAUSE = re.compile(r"[^；;，,、\s]*[；;，,、\s]*")
_KEPT_BY_LINE = frozenset({ElementKind.TABLE, ElementKind.CODE})


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that passages do not cut. A heading `opens_section` unless it stands right below its parent heading;
    what `follows_furniture` must not share a passage with what stands before that.
    """

    span: Span
    tokens: int
    opens_section: bool
    is_heading: bool
    follows_furniture: bool
    language: Language


def pieces(parsed: ParsedDocument, count_tokens: CountTokens, max_tokens: int) -> list[Piece]:
    """Every character of the text that is not white space or furniture, in order, in exactly one piece.

    Only what is longer than `max_tokens`, which an embedder would not see to its end, is cut within the sentence. The
    tokens are counted for the whole document at once, and a second time for what had to be cut.
    """
    spans, starts = _uncut(parsed)
    counted = _counted(parsed.text, spans, count_tokens)
    too_long = [span for span, tokens in counted if tokens > max_tokens]
    cut = [part for span in too_long for part in _clauses(parsed.text, span, max_tokens)]
    short = [(span, tokens) for span, tokens in counted if tokens <= max_tokens]
    ordered = sorted(short + _counted(parsed.text, cut, count_tokens))
    return [
        Piece(
            span,
            tokens,
            opens_section=span.start in starts.sections,
            is_heading=span.start in starts.headings,
            follows_furniture=span.start in starts.after_furniture,
            language=detect_language(span.of(parsed.text)),
        )
        for span, tokens in ordered
    ]


def with_gaps_filled(parsed: ParsedDocument) -> list[Element]:
    """The document's elements, and a paragraph for each stretch of text that the parser left outside of them."""
    filled: list[Element] = []
    end, path = 0, tuple[str, ...]()
    for element in [*parsed.elements, None]:
        start = element.span.start if element else len(parsed.text)
        if not parsed.text[end:start].isspace() and start > end:
            filled.append(Element(ElementKind.PARAGRAPH, Span(end, start), heading_path=path))
        if element:
            filled.append(element)
            end, path = element.span.end, element.heading_path
    return filled


@dataclass(frozen=True, slots=True)
class _Starts:
    """Where in the text headings stand, which of them open a section, and what comes after furniture."""

    headings: set[int] = field(default_factory=set)
    sections: set[int] = field(default_factory=set)
    after_furniture: set[int] = field(default_factory=set)


def _uncut(parsed: ParsedDocument) -> tuple[list[Span], _Starts]:
    """The spans of all pieces that passages hold."""
    spans: list[Span] = []
    starts = _Starts()
    previous: Element | None = None
    after_furniture = False
    for element in with_gaps_filled(parsed):
        if element.kind is ElementKind.FURNITURE:
            after_furniture = True
            continue
        parts = list(_parts(parsed.text, element))
        if parts and element.kind is ElementKind.TITLE:
            starts.headings.add(parts[0].start)
        if parts and _opens_section(element, previous):
            starts.sections.add(parts[0].start)
        if parts and after_furniture:
            starts.after_furniture.add(parts[0].start)
        spans += parts
        previous, after_furniture = (element, False) if parts else (previous, after_furniture)
    return spans, starts


def _opens_section(element: Element, previous: Element | None) -> bool:
    """A heading right below its parent heading does not: the two stand before the same text."""
    if element.kind is not ElementKind.TITLE:
        return False
    below_parent = (
        previous is not None
        and previous.kind is ElementKind.TITLE
        and len(element.heading_path) > len(previous.heading_path)
    )
    return not below_parent


def _parts(text: str, element: Element) -> Iterator[Span]:
    inside = element.span.of(text)
    found: Iterable[Span]
    if element.kind in _KEPT_BY_LINE:
        found = (_stripped(inside, Span(*match.span())) for match in _LINE.finditer(inside))
    elif element.kind is ElementKind.TITLE:
        found = [_stripped(inside, Span(0, len(inside)))]
    else:
        found = sentence_spans(inside)
    return (span.shifted(element.span.start) for span in found if span.start < span.end)


def _clauses(text: str, span: Span, max_tokens: int) -> Iterator[Span]:
    """Up to the next comma or space, and at most `max_tokens` characters: a token is hardly less than one."""
    inside = span.of(text)
    for match in _CLAUSE.finditer(inside):
        for start in range(match.start(), match.end(), max_tokens):
            part = _stripped(inside, Span(start, min(start + max_tokens, match.end())))
            if part.start < part.end:
                yield part.shifted(span.start)


def _stripped(text: str, span: Span) -> Span:
    inside = span.of(text)
    start = span.start + len(inside) - len(inside.lstrip())
    return Span(start, max(start, span.start + len(inside.rstrip())))


def _counted(text: str, spans: Sequence[Span], count_tokens: CountTokens) -> list[tuple[Span, int]]:
    if not spans:
        return []
    return list(zip(spans, count_tokens([span.of(text) for span in spans]), strict=True))

"""A parsed document into passages: whole sentences and rows of one section, packed up to a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ingest.passages import CONTEXT_TOKENS, Origin, make_passages
from ingest.pieces import CountTokens, Piece, pieces
from rag.documents import Language, ParsedDocument, Passage, Span

SHORT_SECTION = 0.5
"""Share of `passage_tokens` below which a section shares its passage with the next. Records and forms have sections of
a line each: alone, they are found without what they belong to, and twenty of them hardly fill a prompt."""

DENSITY: Mapping[Language, float] = {"zh": 4 / 3}
"""How many tokens of other text a token counts as, where a budget is packed: one of Chinese says more. On dev, passages
of 128 tokens of English and 96 of Chinese find the most evidence in the first 1,000 words."""

_PREFIX_TOKENS = 8  # the embedder's "passage: ", its special tokens, and the line between context and text


def chunk(
    parsed: ParsedDocument,
    *,
    origin: Origin,
    count_tokens: CountTokens,
    passage_tokens: int,
    overlap_tokens: int = 0,
    max_tokens: int = 512,
) -> list[Passage]:
    """The passages of a document, in reading order.

    `parsed.text[span]` of a passage is what is embedded, below its context. Every character that is not white space or
    furniture is in a passage; none is in two unless `overlap_tokens` repeats the last sentences of a passage in the
    next. A passage is longer than `passage_tokens`, towards which Chinese counts more (`DENSITY`), only when it is a
    single sentence or row, and a sentence is cut only when it does not fit into `max_tokens`, the embedder's limit,
    together with its context.
    """
    longest = max(1, max_tokens - CONTEXT_TOKENS - _PREFIX_TOKENS)
    spans = packed(pieces(parsed, count_tokens, longest), passage_tokens, overlap_tokens)
    return make_passages(parsed, list(spans), origin, count_tokens)


def packed(items: Iterable[Piece], passage_tokens: int, overlap_tokens: int = 0) -> Iterator[Span]:
    """Spans of as many pieces in a row as fit. A heading begins a new one, unless it may share the one before it."""
    current: list[Piece] = []
    for piece in items:
        if current and _begins_anew(current, piece, passage_tokens):
            yield _span_of(current)
            current = []
        elif current and (room := passage_tokens - _length(piece)) < _length_of(current):
            body, headings = _parted(current, room)
            yield _span_of(body)
            current = headings or _repeated(body, min(overlap_tokens, room))
        current.append(piece)
    if current:
        yield _span_of(current)


def _begins_anew(run: list[Piece], piece: Piece, passage_tokens: int) -> bool:
    """Whether a piece does not go on in the passage of those before: after furniture never, and as a section only if
    they are a short one in no other language.
    """
    if piece.follows_furniture or not piece.opens_section:
        return piece.follows_furniture
    languages = {each.language for each in (*run, piece)} - {"other"}  # "3.2" and "2024-05-01" are in any
    return _length_of(run) >= SHORT_SECTION * passage_tokens or len(languages) > 1


def _parted(run: list[Piece], room: float) -> tuple[list[Piece], list[Piece]]:
    """A run without the headings that it ends with, and these, if the room is enough for them: they belong to what
    follows. A run of nothing else stays whole.
    """
    end = len(run)
    while end and run[end - 1].is_heading:
        end -= 1
    if not end or _length_of(run[end:]) > room:
        return run, []
    return run[:end], run[end:]


def _repeated(previous: list[Piece], room: float) -> list[Piece]:
    """The last pieces of a passage that fit into the room, but never all of them: the next would then hold this one."""
    repeated: list[Piece] = []
    for piece in reversed(previous[1:]):
        room -= _length(piece)
        if room < 0:
            break
        repeated.insert(0, piece)
    return repeated


def _span_of(run: list[Piece]) -> Span:
    return Span(run[0].span.start, run[-1].span.end)


def _length_of(run: list[Piece]) -> float:
    return sum(map(_length, run))


def _length(piece: Piece) -> float:
    return piece.tokens * DENSITY.get(piece.language, 1.0)

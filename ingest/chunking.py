"""A parsed document into passages: whole sentences and rows, packed up to a budget, never over a heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.passages import CONTEXT_TOKENS, Origin, make_passages
from ingest.pieces import CountTokens, Piece, pieces
from rag.documents import ParsedDocument, Passage, Span

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
    next. A passage is longer than `passage_tokens` only when it is a single sentence or row, and a sentence is cut only
    when it does not fit into `max_tokens`, the embedder's limit, together with its context.
    """
    longest = max(1, max_tokens - CONTEXT_TOKENS - _PREFIX_TOKENS)
    spans = packed(pieces(parsed, count_tokens, longest), passage_tokens, overlap_tokens)
    return make_passages(parsed, list(spans), origin, count_tokens)


def packed(items: Iterable[Piece], passage_tokens: int, overlap_tokens: int = 0) -> Iterator[Span]:
    """Spans of as many pieces in a row as fit, starting anew wherever a section opens."""
    current: list[Piece] = []
    for piece in items:
        if current and piece.opens_section:
            yield _span_of(current)
            current = []
        elif current and _tokens_of(current) + piece.tokens > passage_tokens:
            yield _span_of(current)
            current = _repeated(current, min(overlap_tokens, passage_tokens - piece.tokens))
        current.append(piece)
    if current:
        yield _span_of(current)


def _repeated(previous: list[Piece], room_tokens: int) -> list[Piece]:
    """The last pieces of a passage that fit into the room, but never all of them: the next would then hold this one."""
    repeated: list[Piece] = []
    for piece in reversed(previous[1:]):
        room_tokens -= piece.tokens
        if room_tokens < 0:
            break
        repeated.insert(0, piece)
    return repeated


def _span_of(run: list[Piece]) -> Span:
    return Span(run[0].span.start, run[-1].span.end)


def _tokens_of(run: list[Piece]) -> int:
    return sum(piece.tokens for piece in run)

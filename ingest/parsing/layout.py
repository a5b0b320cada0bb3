"""Lines on a page become paragraphs, list items, headings and rows of tables, by where they stand.

Nothing here knows PDF: only text, sizes and positions. Lengths are points (1/72 inch).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsing.block import Block
from ingest.parsing.characters import glue, is_cjk
from ingest.parsing.line import Line
from ingest.parsing.placed import Placed, joined, nowhere
from ingest.parsing.table_rows import table_length, table_of
from ingest.parsing.wrapping import LIST_START
from rag.documents import ElementKind

_BLOCK_PITCH = 1.4
"""A step down of more than this many usual steps parts two blocks."""

_SAME_SIZE = 0.08
_WRAPPED_SHARE = 0.6
"""A line that fills less of its column was ended on purpose, whatever follows."""

_NARROWEST = 12
"""Font sizes that a column of prose is wide, at least: three columns of 9 points on A4 are 17."""

_HEADING_RATIO = 1.15
_HEADING_CHARACTERS = 160
_SENTENCE_END = "。！？；：.!?;:，,、"


def blocks_of(lines: Sequence[Line]) -> Iterator[Block]:
    """The page's blocks in reading order."""
    pitch = usual_pitch(lines)
    at = 0
    while at < len(lines):
        rows = table_length(lines, at)
        if rows:
            yield table_of(lines[at : at + rows])
            at += rows
            continue
        end = at + 1
        while end < len(lines) and not table_length(lines, end) and not _parts(lines[end - 1], lines[end], pitch):
            end += 1
        yield from _prose(lines[at:end], _column_right(lines, lines[at:end]))
        at = end


def usual_pitch(lines: Sequence[Line]) -> float:
    """The median step from a line to the next one below it in the same size."""
    steps = [
        after.top - before.top
        for before, after in pairwise(lines)
        if _same_size(before, after) and 0.5 * before.size < after.top - before.top < 3 * before.size
    ]
    return statistics.median(steps) if steps else 1.4 * (lines[0].size if lines else 10.0)


def body_size(lines: Sequence[Line]) -> float:
    """The font size that most characters have."""
    characters: Counter[float] = Counter()
    for line in lines:
        characters[round(line.size, 1)] += len(line.text)
    return characters.most_common(1)[0][0] if characters else 0.0


def is_heading(block: Block, body: float, body_bold: bool) -> bool:
    """Larger than the body, or bold where the body is not, short, and no sentence."""
    text = block.placed.text
    if block.kind is ElementKind.TABLE or len(text) > _HEADING_CHARACTERS or "\n" in text:
        return False
    if not any(character.isalpha() for character in text):
        return False
    if block.size >= _HEADING_RATIO * body:
        return block.lines <= 3
    distinct = block.bold and not body_bold and block.size >= 0.95 * body
    return distinct and block.lines <= 2 and text[-1] not in _SENTENCE_END


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _parts(before: Line, after: Line, pitch: float) -> bool:
    """Whether a new block begins."""
    if not _same_size(before, after) or before.bold != after.bold:
        return True
    step = after.top - before.top
    apart = after.left > before.right or after.right < before.left
    if step < 0.3 * before.size or apart:
        return not _runs_on(before, after)
    return step > max(_BLOCK_PITCH * pitch, 1.2 * before.size)


def _runs_on(before: Line, after: Line) -> bool:
    """Whether the top of the next column goes on with the sentence at the foot of this one."""
    return (
        after.top < before.top and before.text[-1] not in _SENTENCE_END and _inside_a_sentence(before.text, after.text)
    )


def _inside_a_sentence(before: str, after: str) -> bool:
    last, first = before[-1], after[0]
    if last in "。！？；：.!?;:" or LIST_START.match(after):
        return False
    return first.islower() or (is_cjk(last) and (is_cjk(first) or first.isdigit()))


def _column_right(page: Sequence[Line], block: Sequence[Line]) -> float:
    """Where lines of this block's column end, by the longer ones of those that begin where the block begins."""
    left = min(line.left for line in block)
    kin = [line.right for line in page if abs(line.left - left) <= 2 * line.size]
    usual = statistics.quantiles(kin, n=10)[-1] if len(kin) > 2 else 0.0
    return max(usual, *(line.right for line in block))


def _prose(lines: Sequence[Line], right: float) -> Iterator[Block]:
    """Wrapped lines joined; each list item a block of its own, other paragraphs of the block together."""
    run: list[Paragraph] = []
    for paragraph in _paragraphs(lines, right):
        if LIST_START.match(paragraph.placed.text):
            yield from _together(run)
            yield Block(ElementKind.LIST_ITEM, paragraph.placed, paragraph.size, paragraph.bold, paragraph.lines)
            run = []
        else:
            run.append(paragraph)
    yield from _together(run)


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    placed: Placed
    lines: int
    size: float
    bold: bool


def _together(run: Sequence[Paragraph]) -> Iterator[Block]:
    if run:
        placed = joined([paragraph.placed for paragraph in run], "\n")
        yield Block(ElementKind.PARAGRAPH, placed, run[0].size, run[0].bold, sum(part.lines for part in run))


def _paragraphs(lines: Sequence[Line], right: float) -> Iterator[Paragraph]:
    own_right = max(line.right for line in lines)
    whole, count = lines[0].placed, 1
    for before, after in pairwise(lines):
        if _was_wrapped(before, after, right, own_right):
            whole, count = glued(whole, after.placed) + after.placed, count + 1
        else:
            yield Paragraph(whole, count, before.size, before.bold)
            whole, count = after.placed, 1
    yield Paragraph(whole, count, lines[-1].size, lines[-1].bold)


def _was_wrapped(before: Line, after: Line, right: float, own_right: float) -> bool:
    """Whether `before` ended for want of room: its next word would not have fitted, or the sentence plainly goes on."""
    if LIST_START.match(after.text):
        return False
    if parts_a_word(before.text, after.text):
        return True
    if after.top < before.top:
        return _inside_a_sentence(before.text, after.text)
    width = before.right - before.left
    if width < _NARROWEST * before.size:
        return False
    # A small letter goes on with a sentence for sure; Han characters do so only where the column is nearly full.
    column = own_right if after.text[0].islower() else right
    filled = width / max(1.0, column - before.left)
    fits = right - before.right >= first_word_width(after)
    return not fits or (filled >= _WRAPPED_SHARE and _inside_a_sentence(before.text, after.text))


def first_word_width(line: Line) -> float:
    if is_cjk(line.text[0]):
        return 1.2 * line.size
    length = len(line.text.split(" ", 1)[0])
    return length / max(1, len(line.text)) * (line.right - line.left) + 0.2 * line.size


def glued(before: Placed, after: Placed) -> Placed:
    """`before` as it stands in front of what goes on with it: without the hyphen that parts a word, or with a space."""
    if parts_a_word(before.text, after.text):
        return before[:-1]
    return before + nowhere(glue(before.text, after.text))


def continues(before: str, after: str) -> bool:
    """Whether text at the top of a page may go on with the sentence at the foot of the page before."""
    return parts_a_word(before, after) or _inside_a_sentence(before, after)


def parts_a_word(before: str, after: str) -> bool:
    """A hyphen at a line's end, between a letter and a small letter."""
    return len(before) > 1 and before[-1] in "-\u00ad" and before[-2].isalpha() and after[0].islower()

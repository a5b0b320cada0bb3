"""Lines on a page that are rows of one table: of a ruled one, or told by the wide blanks between cells."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parsing.block import Block
from ingest.parsing.draft import BETWEEN_CELLS
from ingest.parsing.line import Line
from ingest.parsing.placed import joined
from ingest.parsing.wrapping import LIST_START
from rag.documents import ElementKind

_MOST_HEADER_ROWS = 3


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from here on are rows of one table; 0 when none is, or fewer than two that no rule parts."""
    end = at
    if lines[at].table:
        while end < len(lines) and lines[end].table == lines[at].table:
            end += 1
        return end - at
    while end < len(lines) and _is_row(lines[end]) and (end == at or _next_row(lines[end - 1], lines[end])):
        end += 1
    return end - at if end - at >= 2 else 0


def _is_row(line: Line) -> bool:
    return (
        not line.table
        and len(line.cells) >= 2
        and not (len(line.cells) == 2 and LIST_START.fullmatch(line.cells[0].text + " "))
    )


def _next_row(before: Line, after: Line) -> bool:
    return 0 < after.top - before.top < 3.5 * before.size and abs(len(before.cells) - len(after.cells)) <= 2


def table_of(lines: Sequence[Line]) -> Block:
    """Rows as lines of text. Empty cells keep their place, so that columns can be counted."""
    rows = [joined(line.cells, BETWEEN_CELLS).stripped() for line in lines]
    header = joined(rows[: _header_rows(lines)], "\n")
    return Block(
        ElementKind.TABLE,
        joined(rows, "\n"),
        lines[0].size,
        lines[0].bold or lines[0].set_off,
        len(lines),
        len(header.text),
    )


def _header_rows(lines: Sequence[Line]) -> int:
    """Rows that are set off from those below, or else the first one, where it has no number."""
    set_off = next((at for at, line in enumerate(lines) if not line.set_off), len(lines))
    if 0 < set_off <= min(_MOST_HEADER_ROWS, len(lines) - 1):
        return set_off
    return 0 if any(character.isdigit() for character in lines[0].text) else 1

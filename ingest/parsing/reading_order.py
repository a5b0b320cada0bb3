"""The order in which people read recognised lines, which come from top to bottom of the whole page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ingest.parsing.line import Line

_COLUMN_LINES = 3
_COLUMN_SIZES = 12
"""A column of prose has three lines and is a dozen font sizes wide, at least: narrower ones are columns of a table,
which is read by rows."""

_MOST_CROSSING = 0.35
"""Share of lines that may run over the blank between two columns, such as headings over both."""

_SAME_ROW = 0.5


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Columns one after the other, each between the lines that run over both; rows of one column left to right."""
    gutter = _gutter(lines)
    if gutter is None:
        return by_rows(lines)
    ordered: list[Line] = []
    section: list[Line] = []
    for line in sorted(lines, key=lambda line: line.top):
        if line.left < gutter < line.right:
            ordered += [*_columns(section, gutter), line]
            section = []
        else:
            section.append(line)
    return ordered + _columns(section, gutter)


def _columns(section: Sequence[Line], gutter: float) -> list[Line]:
    left = [line for line in section if line.right <= gutter]
    right = [line for line in section if line.right > gutter]
    return in_reading_order(left) + in_reading_order(right)


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where the blank between two columns of prose is: the place that fewest lines run over."""
    best: tuple[int, float] | None = None
    for place in sorted({line.left - 0.25 * line.size for line in lines}):
        left = [line for line in lines if line.right <= place]
        right = [line for line in lines if line.left >= place]
        crossing = len(lines) - len(left) - len(right)
        if crossing > _MOST_CROSSING * len(lines) or not (_is_prose(left) and _is_prose(right)):
            continue
        if _side_by_side(left, right) and (best is None or crossing < best[0]):
            best = crossing, place
    return best[1] if best else None


def _is_prose(column: Sequence[Line]) -> bool:
    if len(column) < _COLUMN_LINES:
        return False
    return statistics.median((line.right - line.left) / line.size for line in column) >= _COLUMN_SIZES


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    shared = min(max(line.bottom for line in left), max(line.bottom for line in right)) - max(
        min(line.top for line in left), min(line.top for line in right)
    )
    return shared > 2 * left[0].size


def by_rows(lines: Sequence[Line]) -> list[Line]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top):
        if rows and line.top - rows[-1][0].top < _SAME_ROW * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]

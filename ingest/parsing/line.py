"""One line of a page, and which neighbours are parts of one. Lengths are points (1/72 inch)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest.parsing.placed import Placed, joined
from rag.geometry import SCALE

_CELL_GAP = 1.5
"""Blank between two columns, in font sizes, at least. Justified prose stretches its spaces to about one."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a page. `cells` holds more than one part where wide blanks stand in it.

    A row of a ruled table is a line as well, with all its cells, the empty ones too: `table` is the number of that
    table on its page, from 1, and `set_off` says that the row is bold or on a ground of its own, as headers are.
    """

    placed: Placed
    cells: tuple[Placed, ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    table: int = 0
    set_off: bool = False

    @property
    def text(self) -> str:
        return self.placed.text

    @classmethod
    def of(cls, placed: Placed, page_width: float, page_height: float, size: float, bold: bool) -> Line:
        visible = placed.corners[[not character.isspace() for character in placed.text]]
        left, top = visible[:, 0].min() * page_width / SCALE, visible[:, 1].min() * page_height / SCALE
        right, bottom = visible[:, 2].max() * page_width / SCALE, visible[:, 3].max() * page_height / SCALE
        size = size if size > 0 else max(1.0, bottom - top)
        cells = tuple(_cells(placed, _CELL_GAP * size / max(page_width, 1) * SCALE))
        return cls(placed, cells, float(left), float(top), float(right), float(bottom), size, bold)


def merge_rows(lines: Sequence[Line]) -> list[Line]:
    """Neighbours at the same height, left to right, are parts of one line: PDFium often parts the cells of a row."""
    merged: list[Line] = []
    for line in lines:
        if merged and _continues_row(merged[-1], line):
            merged[-1] = _side_by_side(merged[-1], line)
        else:
            merged.append(line)
    return merged


def _cells(placed: Placed, gap: float) -> Iterator[Placed]:
    """The parts between blanks wider than `gap`, which is in stored units like the corners."""
    visible = np.array([at for at, character in enumerate(placed.text) if not character.isspace()])
    lefts, rights = placed.corners[visible[1:], 0], placed.corners[visible[:-1], 2]
    starts = visible[1:][lefts.astype(np.int32) - rights > gap].tolist()
    for start, end in pairwise([0, *starts, len(placed.text)]):
        yield placed[start:end].stripped()


def _continues_row(before: Line, after: Line) -> bool:
    if before.table or after.table:
        return False
    overlap = min(before.bottom, after.bottom) - max(before.top, after.top)
    lower = min(before.bottom - before.top, after.bottom - after.top)
    return lower > 0 and overlap > 0.6 * lower and after.left >= before.right - 0.1 * before.size


def _side_by_side(before: Line, after: Line) -> Line:
    apart = after.left - before.right
    size = max(before.size, after.size)
    if apart > _CELL_GAP * size:
        cells = (*before.cells, *after.cells)
    else:
        between = " " if apart > 0.2 * size else ""
        middle = joined([before.cells[-1], after.cells[0]], between)
        cells = (*before.cells[:-1], middle, *after.cells[1:])
    return Line(
        joined([before.placed, after.placed], " " if apart > 0.2 * size else ""),
        cells,
        before.left,
        min(before.top, after.top),
        after.right,
        max(before.bottom, after.bottom),
        size,
        before.bold and after.bold,
    )

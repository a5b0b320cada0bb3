"""Ruling lines that cross make a grid, whose fields are cells where lines part them. Lengths are points."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.parsing.ruling import Ruling, Rulings

_TOUCH = 3.0
"""How far a line may end before the one that it is drawn to."""

_OPEN = 8.0
"""How far lines across stick out over the last line along, at least, where a table is left open at its side."""

_MOST_LINES = 400
_MOST_FIELDS = 6000
"""Lines of one direction, and fields of one grid: graph paper has more than any table with text in it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Fields that no line parts: the first and the last row and column. `whole` unless they are no rectangle."""

    number: int
    top_row: int
    bottom_row: int
    left_column: int
    right_column: int
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Places of the lines, in order, and for each field, by row and column, the number of its cell."""

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    fields: NDArray[np.int64]

    @property
    def area(self) -> float:
        return float((self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0]))

    def cell_at(self, x: float, y: float) -> int | None:
        """The cell's number; None outside."""
        column, row = np.searchsorted(self.xs, x) - 1, np.searchsorted(self.ys, y) - 1
        if not (0 <= row < self.fields.shape[0] and 0 <= column < self.fields.shape[1]):
            return None
        return int(self.fields[row, column])

    def cells(self) -> dict[int, Cell]:
        found = {}
        for number in np.unique(self.fields).tolist():
            rows, columns = np.nonzero(self.fields == number)
            top, bottom, left, right = (int(v) for v in (rows.min(), rows.max(), columns.min(), columns.max()))
            whole = len(rows) == (bottom - top + 1) * (right - left + 1)
            found[number] = Cell(number, top, bottom, left, right, whole)
        return found

    def size_of(self, cell: Cell) -> tuple[float, float]:
        width = self.xs[cell.right_column + 1] - self.xs[cell.left_column]
        return float(width), float(self.ys[cell.bottom_row + 1] - self.ys[cell.top_row])


def grids_of(rulings: Rulings) -> Iterator[Grid]:
    """Those of at least two rows and two columns; none where there are more lines than tables have."""
    across, along = rulings.horizontal, rulings.vertical
    if not across or not along or max(len(across), len(along)) > _MOST_LINES:
        return
    for rows, columns in _connected(_crossings(across, along)):
        grid = _grid([across[at] for at in rows], [along[at] for at in columns])
        if grid is not None:
            yield grid


def _crossings(across: Sequence[Ruling], along: Sequence[Ruling]) -> NDArray[np.bool_]:
    h, v = np.array(across)[:, None, :], np.array(along)[None, :, :]
    on_h = (v[..., 0] >= h[..., 1] - _TOUCH) & (v[..., 0] <= h[..., 2] + _TOUCH)
    on_v = (h[..., 0] >= v[..., 1] - _TOUCH) & (h[..., 0] <= v[..., 2] + _TOUCH)
    return np.asarray(on_h & on_v)


def _connected(crossing: NDArray[np.bool_]) -> Iterator[tuple[list[int], list[int]]]:
    """Lines across and lines along that hang together, by their positions."""
    unseen = set(np.flatnonzero(crossing.any(axis=1)).tolist())
    while unseen:
        seen, rows = 0, np.array([min(unseen)])
        while len(rows) > seen:
            seen, columns = len(rows), np.flatnonzero(crossing[rows].any(axis=0))
            rows = np.flatnonzero(crossing[:, columns].any(axis=1))
        unseen -= set(rows.tolist())
        yield rows.tolist(), columns.tolist()


def _grid(across: Sequence[Ruling], along: Sequence[Ruling]) -> Grid | None:
    xs, ys = _places(along, across), _places(across, along)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > _MOST_FIELDS:
        return None
    parted_right = _covered(along, xs[1:-1], ys).T
    parted_below = _covered(across, ys[1:-1], xs)
    return Grid(np.array(xs), np.array(ys), _numbered(parted_right, parted_below))


def _places(lines: Sequence[Ruling], crossing: Sequence[Ruling]) -> list[float]:
    """Where lines run, and the side that a table is left open at, where most of the lines across end."""
    places = sorted({line.at for line in lines})
    ends: dict[float, tuple[float, float]] = {}
    for line in crossing:
        start, end = ends.get(line.at, (line.start, line.end))
        ends[line.at] = min(start, line.start), max(end, line.end)
    first = statistics.median_high(start for start, _ in ends.values())
    last = statistics.median_low(end for _, end in ends.values())
    return [
        *([first] if first < places[0] - _OPEN else []),
        *places,
        *([last] if last > places[-1] + _OPEN else []),
    ]


def _covered(lines: Iterable[Ruling], places: Sequence[float], across: Sequence[float]) -> NDArray[np.bool_]:
    """Shape (places, fields across): whether a line at the place runs along half of the field's side or more."""
    at_place: dict[float, list[Ruling]] = defaultdict(list)
    for line in lines:
        at_place[line.at].append(line)
    starts, ends = np.array(across[:-1]), np.array(across[1:])
    covered = np.zeros((len(places), len(starts)))
    for row, place in enumerate(places):
        for line in at_place[place]:
            covered[row] += (np.minimum(ends, line.end) - np.maximum(starts, line.start)).clip(0)
    return np.asarray(covered >= 0.5 * (ends - starts))


def _numbered(parted_right: NDArray[np.bool_], parted_below: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each field the number of its cell. `parted_right` has a column less than there are, `parted_below` a row."""
    rows, columns = parted_right.shape[0], parted_below.shape[1]
    fields = np.full((rows, columns), -1, np.int64)
    for number, first in enumerate(np.ndindex(rows, columns)):
        waiting = [first] if fields[first] < 0 else []
        while waiting:
            row, column = waiting.pop()
            if fields[row, column] >= 0:
                continue
            fields[row, column] = number
            if column + 1 < columns and not parted_right[row, column]:
                waiting.append((row, column + 1))
            if column and not parted_right[row, column - 1]:
                waiting.append((row, column - 1))
            if row + 1 < rows and not parted_below[row, column]:
                waiting.append((row + 1, column))
            if row and not parted_below[row - 1, column]:
                waiting.append((row - 1, column))
    return fields

"""Lines of text that stand in a grid of ruling lines become the rows of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.parsing.cell_rows import CellLines, is_broken_into_columns, rows_of_band
from ingest.parsing.grid import Cell, Grid, grids_of
from ingest.parsing.line import Line, merge_rows
from ingest.parsing.placed import Placed, joined, nowhere
from ingest.parsing.reading_order import by_rows
from ingest.parsing.ruling import Rulings
from rag.geometry import SCALE

_WORD_GAP = 0.1
"""Font sizes between two words, at least, where no blank is written: columns that stand close together."""

_RUN_GAP = 0.6
"""Font sizes between words that belong together although a line runs between them: the text is wider than its cell."""

_ON_LINE = 0.25
"""Share of its height by which a character overlaps, at least, with the one before it on its line."""

_BESIDE = 0.3
"""Share of its width by which a letter may stand over the line of its cell."""

_MOST_CUT = 0.1
"""Share of words that a line may run through: more are crossed out, or lie under a drawing."""

_MOST_ENTERING = 0.25
"""Share of lines that may stand in the grid and beside it: of more, the rules frame some columns of a wider table."""

_LEAST_FILLED = 0.35
"""Share of cells with text, among rows and columns that have any: numbers in a chart fill a field here and there."""

_LARGEST = 0.3
"""Share of the page that a cell takes, at most: more is a frame, or a column of prose."""

_MOST_LINES = 25
"""Lines in a cell, at most, for the same reason."""


def with_ruled_tables(lines: Sequence[Line], rulings: Rulings, width: float, height: float) -> list[Line]:
    """The lines of a page of this width and height, those that stand in a ruled table as its rows, where the first of
    them stood. Every visible character stays, once, but for hyphens that parted a word.

    A grid around another table is a frame, so the smaller ones come first.
    """
    page = _Page(width, height)
    current = list(lines)
    for grid in sorted(grids_of(rulings), key=lambda grid: grid.area):
        current = _with_table(current, grid, rulings, page)
    return current


@dataclass(frozen=True, slots=True)
class _Page:
    width: float
    height: float

    def boxes(self, placed: Placed) -> NDArray[np.float64]:
        """left, top, right, bottom of each character, in points."""
        return placed.corners * (np.array([self.width, self.height, self.width, self.height]) / SCALE)

    def line(self, part: Placed, of: Line) -> Line:
        return of if len(part.text) == len(of.text) else Line.of(part, self.width, self.height, of.size, of.bold)


def _with_table(lines: list[Line], grid: Grid, rulings: Rulings, page: _Page) -> list[Line]:
    parted = _Parted(grid, page)
    for line in lines:
        if line.table and _overlaps(line, grid):
            return lines
        parted.take(line)
    cells = {number: cell for number, cell in grid.cells().items() if number in parted.inside}
    if not (parted.is_clean and _is_table(cells, parted.inside, grid, page)):
        return lines
    number = 1 + max((line.table for line in lines), default=0)
    rows = list(_rows(cells, parted.inside, grid, number))
    if sum(sum(bool(cell.text) for cell in row.cells) >= 2 for row in rows) < 2:
        return lines
    return [*parted.before, *_set_off(rows, rulings), *parted.after]


class _Parted:
    """Lines of a page: those in the cells of a grid, by cell, and those before and after the first of them."""

    def __init__(self, grid: Grid, page: _Page) -> None:
        self.before: list[Line] = []
        self.inside: dict[int, list[Line]] = defaultdict(list)
        self.after: list[Line] = []
        self._grid, self._page = grid, page
        self._words = self._cut = self._lines = self._entering = 0

    @property
    def is_clean(self) -> bool:
        """Whether hardly any word runs over a line of the grid, nor rows of text into it from outside."""
        return self._cut <= _MOST_CUT * self._words and self._entering <= _MOST_ENTERING * self._lines

    def take(self, line: Line) -> None:
        if not _overlaps(line, self._grid):
            self._put(None, line)
            return
        parts = list(_parts(line, self._grid, self._page))
        inside = [part for part in parts if part.cell is not None]
        self._words += sum(part.words for part in inside)
        self._cut += sum(part.cut for part in inside)
        self._lines += bool(inside)
        self._entering += 0 < len(inside) < len(parts)
        for part in parts:
            self._put(part.cell, self._page.line(part.placed, line))

    def _put(self, cell: int | None, line: Line) -> None:
        if cell is not None:
            self.inside[cell].append(line)
        else:
            (self.after if self.inside else self.before).append(line)


def _overlaps(line: Line, grid: Grid) -> bool:
    aside = line.right <= grid.xs[0] or line.left >= grid.xs[-1]
    return not (aside or line.bottom <= grid.ys[0] or line.top >= grid.ys[-1])


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Words of one line that stand in one cell, or outside of the grid. `cut` of them run over the cell's end."""

    cell: int | None
    placed: Placed
    words: int
    cut: int


def _parts(line: Line, grid: Grid, page: _Page) -> Iterator[_Part]:
    boxes = page.boxes(line.placed)
    begin, words, cuts = 0, 0, 0
    cell: int | None = None
    end, is_cut = 0, False
    for start, stop in _words(line, boxes):
        apart = boxes[start, 0] - boxes[end - 1, 2] if words else 0.0
        here = cell if is_cut and apart <= _RUN_GAP * line.size else grid.cell_at(*_foot(boxes[start]))
        if words and (here != cell or (here is not None and _returns(boxes[end - 1], boxes[start]))):
            yield _Part(cell, line.placed[begin:end], words, cuts)
            begin, words, cuts = start, 0, 0
        is_cut = here is not None and _is_cut(boxes[start:stop], here, grid)
        cell, end, words, cuts = here, stop, words + 1, cuts + is_cut
    yield _Part(cell, line.placed[begin:end], words, cuts)


def _words(line: Line, boxes: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Stretches of visible characters without a blank between them, written or not."""
    visible = np.array([at for at, character in enumerate(line.text) if not character.isspace()])
    apart = boxes[visible[1:], 0] - boxes[visible[:-1], 2]
    elsewhere = _elsewhere(boxes[visible[:-1]], boxes[visible[1:]])
    new = (apart > _WORD_GAP * line.size) | (apart < -line.size) | elsewhere | (np.diff(visible) > 1)
    starts = [0, *(np.flatnonzero(new) + 1).tolist(), len(visible)]
    for start, end in pairwise(starts):
        yield int(visible[start]), int(visible[end - 1]) + 1


def _elsewhere(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether characters stand on another line than those before them, as sub- and superscripts do not."""
    overlap = np.minimum(before[..., 3], after[..., 3]) - np.maximum(before[..., 1], after[..., 1])
    return np.asarray(overlap < _ON_LINE * (before[..., 3] - before[..., 1]))


def _returns(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Whether a new line begins within what PDFium took for one, as it does where the last is a single character."""
    return bool(after[0] < before[0] - (before[2] - before[0]) and after[1] > before[1] and _elsewhere(before, after))


def _foot(box: NDArray[np.float64]) -> tuple[float, float]:
    """Where a character stands, by which the word that it begins is told to be in a cell."""
    left, top, right, bottom = box.tolist()
    return left + _BESIDE * (right - left), (top + bottom) / 2


def _is_cut(boxes: NDArray[np.float64], cell: int, grid: Grid) -> bool:
    left, top, right, bottom = boxes[-1].tolist()
    return grid.cell_at(right - _BESIDE * (right - left), (top + bottom) / 2) != cell


def _is_table(cells: dict[int, Cell], inside: dict[int, list[Line]], grid: Grid, page: _Page) -> bool:
    """Text in two rows and two columns at least, in cells that are neither odd shapes nor columns of a page."""
    rows, columns = {cell.top_row for cell in cells.values()}, {cell.left_column for cell in cells.values()}
    if len(rows) < 2 or len(columns) < 2 or not all(cell.whole for cell in cells.values()):
        return False
    here = np.unique(grid.fields[np.ix_(sorted(rows), sorted(columns))])
    if len(cells) < _LEAST_FILLED * len(here):
        return False
    sizes = [grid.size_of(cell) for cell in cells.values()]
    if any(width * height > _LARGEST * page.width * page.height for width, height in sizes):
        return False
    if max(map(len, inside.values())) > _MOST_LINES:
        return False
    by_columns: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for cell in cells.values():
        by_columns[cell.left_column, cell.right_column] += merge_rows(by_rows(inside[cell.number]))
    texts = [line for lines in inside.values() for line in lines]
    return not (any(map(is_broken_into_columns, by_columns.values())) or _runs_upwards(texts))


def _runs_upwards(lines: Sequence[Line]) -> bool:
    """Whether the table lies on its side: its lines are read from below."""
    long = [line for line in lines if len(line.text) > 2]
    return 2 * sum(line.bottom - line.top > 1.5 * (line.right - line.left) for line in long) > len(long)


def _rows(cells: dict[int, Cell], inside: dict[int, list[Line]], grid: Grid, number: int) -> Iterator[Line]:
    columns = sorted({cell.left_column for cell in cells.values()})
    for row in sorted({cell.top_row for cell in cells.values()}):
        band = [cell for cell in cells.values() if cell.top_row == row]
        texts = [
            CellLines(
                cell.left_column,
                inside[cell.number],
                grid.size_of(cell)[0],
                float(grid.xs[cell.left_column]),
                is_of_one_row=cell.bottom_row == row,
            )
            for cell in band
        ]
        for by_column in rows_of_band(texts):
            yield _row([by_column.get(column) for column in columns], number)


def _row(cells: Sequence[tuple[Placed, Sequence[Line]] | None], number: int) -> Line:
    lines = [line for cell in cells if cell for line in cell[1]]
    return Line(
        joined([cell[0] for cell in cells if cell], " "),
        tuple(cell[0] if cell else nowhere("") for cell in cells),
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
        max(line.size for line in lines),
        all(line.bold for line in lines),
        number,
    )


def _set_off(rows: Sequence[Line], rulings: Rulings) -> Iterator[Line]:
    """The rows, those at the top marked that are bold, or on a ground of a colour, as no row further down is."""
    grounds = [rulings.colour_at(row.left + 1, (row.top + row.bottom) / 2) for row in rows]
    shaded = _leading(grounds) if grounds[0] is not None else 0
    bold = _leading([row.bold for row in rows]) if rows[0].bold else 0
    for at, row in enumerate(rows):
        yield replace(row, set_off=at < max(shaded, bold))


def _leading(looks: Sequence[object]) -> int:
    """How many at the beginning are like the first; none where others, or all, are as well."""
    count = next((at for at, look in enumerate(looks) if look != looks[0]), len(looks))
    return 0 if count == len(looks) or looks[0] in looks[count:] else count

"""What stands between two ruling lines, cell by cell, as one row of a table, or as several that no line parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsing.layout import first_word_width, glued, parts_a_word
from ingest.parsing.line import Line, merge_rows
from ingest.parsing.placed import Placed, nowhere
from ingest.parsing.reading_order import by_rows

Filled = tuple[Placed, list[Line]]
"""The text of a cell in one row, and the lines that it was made of."""

_SAME_HEIGHT = 0.5
"""Font sizes by which lines side by side may be apart in height."""

_LISTED = 0.4
"""Share of line ends in a cell that had room for what follows, from which on the lines are a list."""

_COLUMNS_WITHIN = 1 / 3
"""Share of lines that wide blanks part, from which on the ruling lines are not all that parts the columns."""


@dataclass(frozen=True, slots=True, eq=False)
class CellLines:
    """The lines in a cell that begins in this column, `width` points wide from `left` on."""

    column: int
    lines: Sequence[Line]
    width: float
    left: float
    is_of_one_row: bool


def is_broken_into_columns(lines: Sequence[Line]) -> bool:
    """Whether many of the lines in cells of a column are parted by wide blanks, letters set wide apart aside."""
    parted = [line for line in lines if sum(len(cell.text) > 1 for cell in line.cells) > 1]
    return len(parted) > _COLUMNS_WITHIN * len(lines)


def rows_of_band(cells: Sequence[CellLines]) -> Iterator[Mapping[int, Filled]]:
    """The rows, from the top, each with what its columns hold.

    Cells of more than one row of the grid stand in the first row.
    """
    columns = {cell.column: _steps(cell) for cell in cells if cell.is_of_one_row}
    starts = _starts([steps for steps in columns.values() if steps])
    columns |= {cell.column: _steps(cell) for cell in cells if not cell.is_of_one_row}
    tall = {cell.column for cell in cells if not cell.is_of_one_row}
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else float("inf")
        row = {
            column: _text([step for step in steps if _is_within(step, start, end, at, column in tall)])
            for column, steps in columns.items()
        }
        filled = {column: text for column, text in row.items() if text is not None}
        if filled:
            yield filled


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A line of a cell. `goes_on` with the one above it, which had no room for its first word; None for the first."""

    line: Line
    goes_on: bool | None

    @property
    def middle(self) -> float:
        return (self.line.top + self.line.bottom) / 2


def _steps(cell: CellLines) -> list[_Step]:
    lines = merge_rows(by_rows(cell.lines))
    right = cell.left + cell.width
    padding = max(0.0, min(min(line.left - cell.left, right - line.right) for line in lines))
    room = cell.width - 2 * padding
    steps = [_Step(lines[0], None)]
    steps += [_Step(after, _goes_on(before, after, room)) for before, after in pairwise(lines)]
    return steps


def _goes_on(before: Line, after: Line, room: float) -> bool:
    if parts_a_word(before.text, after.text):
        return True
    if _is_number(before) and _is_number(after):
        return False
    return room - (before.right - before.left) < first_word_width(after)


def _is_number(line: Line) -> bool:
    return any(map(str.isdigit, line.text)) and not any(map(str.isalpha, line.text))


def _starts(columns: Sequence[Sequence[_Step]]) -> list[float]:
    """Where rows begin: the middles of their first lines.

    A band is one row, unless columns of listed lines begin anew together, twice, or with a number below a number. What
    stands in other columns may be as narrow as its text, so that each line looks wrapped.
    """
    listed = {id(step) for column in columns if _is_list(column) for step in column[1:]}
    starts, sure = [-float("inf")], False
    for level in _levels(sorted((step for column in columns for step in column), key=lambda step: step.middle)):
        told = [step for step in level if id(step) in listed]
        anew = [step for step in told if not step.goes_on]
        if len(anew) >= 2 and 2 * len(anew) > len(told):
            starts.append(min(step.middle for step in level))
            sure |= any(_is_number(step.line) for step in anew)
    return starts if len(starts) > 2 or sure else starts[:1]


def _is_list(column: Sequence[_Step]) -> bool:
    """Of wrapped text, no line had room for what follows; of a list, some lines have."""
    return sum(step.goes_on is False for step in column) >= _LISTED * (len(column) - 1) > 0


def _levels(steps: Sequence[_Step]) -> Iterator[list[_Step]]:
    level: list[_Step] = []
    for step in steps:
        if level and step.middle - level[0].middle > _SAME_HEIGHT * min(step.line.size, level[0].line.size):
            yield level
            level = []
        level.append(step)
    if level:
        yield level


def _is_within(step: _Step, start: float, end: float, at: int, is_tall: bool) -> bool:
    return at == 0 if is_tall else start <= step.middle < end


def _text(steps: Sequence[_Step]) -> Filled | None:
    """Lines joined as prose is; those that were broken on purpose with a blank, also between Chinese characters."""
    if not steps:
        return None
    whole = steps[0].line.placed
    for step in steps[1:]:
        before = glued(whole, step.line.placed) if step.goes_on else whole + nowhere(" ")
        whole = before + step.line.placed
    return whole, [step.line for step in steps]

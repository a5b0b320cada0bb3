"""The ruling lines of a page: where they run, and which pieces are one line. Lengths are points (1/72 inch)."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

_SNAP = 3.0
"""Lines closer than this are one, as the two of a double rule; rows and columns of text are wider."""

_GAP = 3.0
"""Blank within a line, at most: dashes, and corners that do not quite meet."""

_SHORTEST = 6.0
"""What stays shorter after joining is a tick, a dash or a part of a letter: rows are as high as their text."""


class Ruling(NamedTuple):
    """A line along one axis: `at` on the other axis, from `start` to `end` on its own."""

    at: float
    start: float
    end: float


class Ground(NamedTuple):
    """A rectangle filled with a colour, as 0xRRGGBB."""

    left: float
    top: float
    right: float
    bottom: float
    colour: int


class Rulings(NamedTuple):
    """All of a page, from its top left corner as it is shown; grounds in the order in which they are painted."""

    horizontal: tuple[Ruling, ...] = ()
    vertical: tuple[Ruling, ...] = ()
    grounds: tuple[Ground, ...] = ()

    def colour_at(self, x: float, y: float) -> int | None:
        """Of the topmost ground there; None where the page is bare."""
        there = (g.colour for g in reversed(self.grounds) if g.left <= x <= g.right and g.top <= y <= g.bottom)
        return next(there, None)


def joined_rulings(pieces: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """The lines that pieces make up: those side by side are put on one place, and those that touch are one."""
    places = _places(sorted(pieces))
    joined = (Ruling(at, start, end) for at, there in places for start, end in _stretches(there))
    return tuple(ruling for ruling in joined if ruling.end - ruling.start >= _SHORTEST)


def _places(pieces: Sequence[Ruling]) -> Iterator[tuple[float, list[Ruling]]]:
    """Groups no wider than _SNAP, each with its middle. `pieces` are in order."""
    first = -_SNAP

    def place(piece: Ruling) -> float:
        nonlocal first
        if piece.at - first > _SNAP:
            first = piece.at
        return first

    for _, group in groupby(pieces, place):
        there = list(group)
        yield statistics.median(piece.at for piece in there), there


def _stretches(pieces: Iterable[Ruling]) -> Iterator[tuple[float, float]]:
    begun: tuple[float, float] | None = None
    for start, end in sorted((piece.start, piece.end) for piece in pieces):
        if begun is not None and start - begun[1] <= _GAP:
            begun = begun[0], max(begun[1], end)
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun

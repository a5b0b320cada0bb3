"""Text whose characters know where they stand on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.geometry import SCALE

Corners = NDArray[np.uint16]
"""Shape (characters, 4): left, top, right, bottom in units of 1/65535 of the page. All zeros: stands nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Characters and, row by row, their corners."""

    text: str
    corners: Corners

    def __add__(self, other: Placed) -> Placed:
        return Placed(self.text + other.text, np.concatenate([self.corners, other.corners]))

    def __getitem__(self, part: slice) -> Placed:
        return Placed(self.text[part], self.corners[part])

    def stripped(self) -> Placed:
        start = len(self.text) - len(self.text.lstrip())
        return self[start : start + len(self.text.strip())]


def turned_back(corners: Corners, turn: int) -> Corners:
    """Corners on a page that was turned `turn` quarters to the left, as they are on the page before."""
    left, top, right, bottom = (corners[:, at] for at in range(4))
    full = np.uint16(SCALE)
    match turn % 4:
        case 1:
            back = np.stack([full - bottom, left, full - top, right], axis=1)
        case 2:
            back = np.stack([full - right, full - bottom, full - left, full - top], axis=1)
        case 3:
            back = np.stack([top, full - right, bottom, full - left], axis=1)
        case _:
            return corners
    back[~corners.any(axis=1)] = 0
    return back


def nowhere(text: str) -> Placed:
    """Characters that we put between those of the page."""
    return Placed(text, np.zeros((len(text), 4), np.uint16))


def joined(parts: Iterable[Placed], between: str) -> Placed:
    pieces: list[Placed] = []
    for part in parts:
        if pieces and between:
            pieces.append(nowhere(between))
        pieces.append(part)
    if not pieces:
        return nowhere("")
    return Placed("".join(piece.text for piece in pieces), np.concatenate([piece.corners for piece in pieces]))

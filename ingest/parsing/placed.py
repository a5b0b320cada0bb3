"""Text whose characters know where they stand on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

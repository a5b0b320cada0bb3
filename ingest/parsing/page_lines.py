"""One page as lines, however they were read: from a text layer, or recognised in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ingest.parsing.line import Line


class TextLayer(StrEnum):
    """What the text that a page carries is worth. SPARSE: too little, beside pictures that may hold more."""

    SOUND = "sound"
    SPARSE = "sparse"
    GARBLED = "garbled"


@dataclass(frozen=True, slots=True)
class PageLines:
    """One page's lines in reading order; width and height in points.

    `furniture` holds headers and footers that were set apart from `lines`. `confidence`, from 0 to 1, is that of
    recognised text. `turn` counts the quarter turns to the left that brought a picture upright: lines stand where they
    are in the upright page. `layer` says whether a page's own text can be used.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    furniture: tuple[Line, ...] = ()
    confidence: float | None = None
    turn: int = 0
    layer: TextLayer = TextLayer.SOUND

    @property
    def characters(self) -> int:
        return sum(len(line.text) for line in self.lines)

"""One page as lines, however they were read: from a text layer, or recognised in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.parsing.layout import Line


@dataclass(frozen=True, slots=True)
class PageLines:
    """One page's lines in reading order; width and height in points.

    `furniture` holds headers and footers that were set apart from `lines`.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    furniture: tuple[Line, ...] = ()

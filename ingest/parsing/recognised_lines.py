"""Recognised text as the lines of a page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.parsing.line import Line, merge_rows
from ingest.parsing.page_lines import PageLines
from ingest.parsing.placed import Placed
from ingest.parsing.reading_order import in_reading_order
from ingest.parsing.recognition import RecognisedLine, RecognisedPage

_LIKE_THE_BODY = 0.25
"""Boxes of one font differ by a fifth in height, depending on the letters in the line."""


def recognised_lines(page: RecognisedPage, number: int, width: float, height: float) -> PageLines:
    """Page `number`, of width and height in points as it lies in the file."""
    upright = (height, width) if page.turn % 2 else (width, height)
    lines = _alike_in_size([_line(line, *upright) for line in page.lines])
    ordered = merge_rows(in_reading_order(lines))
    confidence = page.confidence if ordered else None
    return PageLines(number, width, height, tuple(ordered), confidence=confidence, turn=page.turn)


def _line(line: RecognisedLine, width: float, height: float) -> Line:
    return Line.of(Placed(line.text, np.array(line.corners, np.uint16)), width, height, 0.0, bold=False)


def _alike_in_size(lines: Sequence[Line]) -> list[Line]:
    """The size that most of the text has, for every line that nearly has it: sizes tell headings from text."""
    if not lines:
        return []
    usual = statistics.median(line.size for line in lines for _ in line.text)
    return [replace(line, size=usual) if abs(line.size - usual) <= _LIKE_THE_BODY * usual else line for line in lines]

"""Pages that were read are kept by ranges, so that a long file whose reading was cut short goes on where it was.

A range is one file in a folder of the document's own: NumPy arrays, and a JSON record as bytes. Nothing is unpickled,
since the process that reads a hostile file writes here; what cannot be understood counts as not there.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ingest.parsing.line import Line
from ingest.parsing.page_lines import PageLines, TextLayer
from ingest.parsing.placed import Corners, Placed


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages in a row, and the numbers of those between them that could not be read."""

    pages: tuple[PageLines, ...]
    damaged: tuple[int, ...] = ()


class PageRanges:
    """The ranges of one file in `folder`, by the number of their first page; without a folder none is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, first: int) -> PageRange | None:
        if self._folder is None:
            return None
        try:
            # NumPy leaves a file open that it could not understand, unless it was given one that is.
            with (self._folder / f"{first}.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return _Reader(stored["corners"]).page_range(json.loads(stored["record"].tobytes()))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, first: int, found: PageRange) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        record, corners = _record(found)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as unfinished:
            np.savez_compressed(unfinished, record=np.frombuffer(record, np.uint8), corners=corners)
        os.replace(unfinished.name, self._folder / f"{first}.npz")


def _record(found: PageRange) -> tuple[bytes, Corners]:
    """Everything but the corners as JSON, and the corners of all lines and cells, one after another."""
    placed = [each for page in found.pages for line in page.lines for each in (line.placed, *line.cells)]
    record = {"pages": [_page_record(page) for page in found.pages], "damaged": found.damaged}
    corners = np.concatenate([each.corners for each in placed]) if placed else np.zeros((0, 4), np.uint16)
    return json.dumps(record).encode("ascii"), corners


def _page_record(page: PageLines) -> list[Any]:
    return [page.number, page.width, page.height, page.layer.value, [_line_record(line) for line in page.lines]]


def _line_record(line: Line) -> list[Any]:
    texts = [line.placed.text, *(cell.text for cell in line.cells)]
    return [texts, line.left, line.top, line.right, line.bottom, line.size, line.bold, line.table, line.set_off]


class _Reader:
    """Hands out the corners in the order in which they were written."""

    def __init__(self, corners: Corners) -> None:
        if corners.ndim != 2 or corners.shape[1] != 4 or corners.dtype != np.uint16:
            raise ValueError("no corners")
        self._corners = corners
        self._start = 0

    def page_range(self, record: dict[str, Any]) -> PageRange:
        pages = tuple(self._pages(record["pages"]))
        if self._start != len(self._corners):
            raise ValueError("more corners than characters")
        return PageRange(pages, tuple(map(int, record["damaged"])))

    def _pages(self, entries: Sequence[Sequence[Any]]) -> Iterator[PageLines]:
        for number, width, height, layer, lines in entries:
            of_page = tuple(self._line(*line) for line in lines)
            yield PageLines(int(number), float(width), float(height), of_page, layer=TextLayer(layer))

    def _line(self, texts: Sequence[str], *rest: Any) -> Line:
        placed, *cells = (self._placed(text) for text in texts)
        left, top, right, bottom, size, bold, table, set_off = rest
        return Line(placed, tuple(cells), left, top, right, bottom, size, bold, table, set_off)

    def _placed(self, text: str) -> Placed:
        corners = self._corners[self._start : self._start + len(text)]
        if len(corners) != len(text):
            raise ValueError("fewer corners than characters")
        self._start += len(text)
        return Placed(text, corners)

"""The ruling lines that a PDF page draws, as strokes or as thin rectangles, and its coloured areas, through PDFium.

Areas part rows, not columns: many tables have every other row on a ground, in pieces, and no line in the others.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.parsing.page_corners import page_corners
from ingest.parsing.ruling import Ground, Ruling, Rulings, joined_rulings
from rag.geometry import SCALE

_MOST_PATHS = 3000
_MOST_SEGMENTS = 6000
"""Of all paths of a page. Beyond either it is a map or a drawing, which is not looked at any further."""

_MOST_IN_FORMS = 100_000
"""Objects, text too: a form may be drawn any number of times, and hold others that are."""

_MOST_OF_A_PATH = 1000
_THICKEST = 3.5
"""Points: what is thicker is an area. Heavy rules of tables are 1 to 3."""

_STRAIGHT = 0.5
_CORNERS = (3, 4, 5, 6)
"""Of a rectangle: the last side may be left to the filling, and closing may add one of no length."""

_DEPTH = 3
_WHITE = 250
"""Of 255 in each colour: paper."""

Box = tuple[float, float, float, float]
"""left, bottom, right, top in the page's own coordinates"""


class _Matrix(NamedTuple):
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, first: _Matrix) -> _Matrix:
        """What `first` and then this one do."""
        a, b = first.a * self.a + first.b * self.c, first.a * self.b + first.b * self.d
        c, d = first.c * self.a + first.d * self.c, first.c * self.b + first.d * self.d
        return _Matrix(a, b, c, d, *self.point(first.e, first.f))


class _TooMuch(Exception):
    """The page is a drawing."""


@dataclass(slots=True)
class _Found:
    """Lines as boxes that are thin in one direction, and filled areas with the path that draws each."""

    lines: list[Box] = field(default_factory=list)
    areas: list[tuple[Box, Any]] = field(default_factory=list)
    paths: int = 0
    segments: int = 0
    in_forms: int = 0


def read_rulings(page: Any, width: float, height: float) -> Rulings:
    """Those of an open page whose width and height as displayed, in points, are given; none for a drawing."""
    found = _Found()
    try:
        _look_at_page(page, found)
    except _TooMuch:
        return Rulings()
    horizontal, vertical = [], []
    for left, top, right, bottom in _as_displayed(page, found.lines, width, height):
        if right - left >= bottom - top:
            horizontal.append(Ruling((top + bottom) / 2, left, right))
        else:
            vertical.append(Ruling((left + right) / 2, top, bottom))
    if not vertical:
        return Rulings()
    grounds = tuple(_grounds(page, found, width, height))
    horizontal += (Ruling(at, ground.left, ground.right) for ground in grounds for at in (ground.top, ground.bottom))
    return Rulings(joined_rulings(horizontal), joined_rulings(vertical), grounds)


def _grounds(page: Any, found: _Found, width: float, height: float) -> Iterator[Ground]:
    places = _as_displayed(page, [box for box, _ in found.areas], width, height)
    for place, (_, path) in zip(places, found.areas, strict=True):
        if (colour := _colour(path)) is not None:
            yield Ground(*place, colour)


def _as_displayed(page: Any, boxes: Sequence[Box], width: float, height: float) -> list[Box]:
    """left, top, right, bottom in points from the top left corner of the page as it is shown."""
    corners = page_corners(page, np.array(boxes, np.float64).reshape(-1, 4))
    scaled: NDArray[np.float64] = corners * (np.array([width, height, width, height]) / SCALE)
    return [(left, top, right, bottom) for left, top, right, bottom in scaled.tolist()]


def _look_at_page(page: Any, found: _Found) -> None:
    import pypdfium2.raw as pdfium

    handle = page.raw  # pages have thousands of objects, and asking the wrapper at each takes as long as the rest
    drawn_at, kind_of, text = pdfium.FPDFPage_GetObject, pdfium.FPDFPageObj_GetType, pdfium.FPDF_PAGEOBJ_TEXT
    for at in range(pdfium.FPDFPage_CountObjects(handle)):
        drawn = drawn_at(handle, at)
        if (kind := kind_of(drawn)) != text:
            _look_at(drawn, kind, _Matrix(), 0, found)


def _look_at(drawn: Any, kind: int, matrix: _Matrix, depth: int, found: _Found) -> None:
    """`matrix` leads from where the object stands to the page."""
    import pypdfium2.raw as pdfium

    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _look_at_path(drawn, matrix, found)
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
        inside = matrix.after(_matrix_of(drawn))
        count = max(0, pdfium.FPDFFormObj_CountObjects(drawn))
        found.in_forms += count
        if found.in_forms > _MOST_IN_FORMS:
            raise _TooMuch
        for at in range(count):
            part = pdfium.FPDFFormObj_GetObject(drawn, at)
            _look_at(part, pdfium.FPDFPageObj_GetType(part), inside, depth + 1, found)


def _matrix_of(drawn: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(drawn, matrix):
        return _Matrix()
    return _Matrix(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _look_at_path(path: Any, matrix: _Matrix, found: _Found) -> None:
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(path)
    found.paths += 1
    found.segments += max(0, count)
    if found.paths > _MOST_PATHS or found.segments > _MOST_SEGMENTS:
        raise _TooMuch
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not (fill.value or stroke.value) or count > _MOST_OF_A_PATH:
        return
    bounds = _bounds(path, matrix)
    if bounds and _is_thin(bounds):
        found.lines.append(bounds)
    elif bounds and not stroke.value and count in _CORNERS:
        found.areas.append((bounds, path))
    else:
        found.lines += _rules_in(path, count, matrix.after(_matrix_of(path)), bool(stroke.value))


def _rules_in(path: Any, count: int, matrix: _Matrix, is_stroked: bool) -> Iterator[Box]:
    """The straight lines of a path that is stroked, the thin rectangles of one that is filled."""
    for subpath in _subpaths(path, count, matrix):
        straight = [_box(start, end) for start, end in pairwise(subpath) if start and end]
        level = [box for box in straight if min(box[2] - box[0], box[3] - box[1]) <= _STRAIGHT]
        if is_stroked:
            yield from level
        elif len(level) == len(straight) in _CORNERS and _is_thin(area := _around(level)):
            yield area


def _colour(path: Any) -> int | None:
    """What an area is filled with; None for white and for what cannot be seen."""
    import pypdfium2.raw as pdfium

    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    known = pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, opacity)
    if not known or not opacity.value or min(red.value, green.value, blue.value) >= _WHITE:
        return None
    return red.value << 16 | green.value << 8 | blue.value


def _bounds(path: Any, matrix: _Matrix) -> Box | None:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(path, left, bottom, right, top):
        return None
    return _box(matrix.point(left.value, bottom.value), matrix.point(right.value, top.value))


def _is_thin(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) <= _THICKEST


Point = tuple[float, float]


def _subpaths(path: Any, count: int, matrix: _Matrix) -> Iterator[list[Point | None]]:
    """The corners of each stretch, on the page. None parts two corners that a curve joins."""
    import pypdfium2.raw as pdfium

    corners: list[Point | None] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, at)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO and corners:
            yield corners
            corners = []
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            corners.append(None)
        corners.append(matrix.point(x.value, y.value))
        if pdfium.FPDFPathSegment_GetClose(segment):
            corners.append(corners[0])
    if corners:
        yield corners


def _box(start: Point, end: Point) -> Box:
    return min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])


def _around(boxes: Sequence[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)

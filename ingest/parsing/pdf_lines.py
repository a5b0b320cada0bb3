"""The lines of a PDF page as PDFium reads them: characters, their boxes, size and weight."""

from __future__ import annotations

import ctypes
import math
import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.parsing.line import Line, merge_rows
from ingest.parsing.page_corners import page_corners
from ingest.parsing.page_lines import PageLines
from ingest.parsing.pdf_rulings import read_rulings
from ingest.parsing.placed import Corners, Placed
from ingest.parsing.ruled_tables import with_ruled_tables
from ingest.parsing.text_layer import text_layer

_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for a hyphen that ends a line (core/fpdftext/cpdf_textpage.cpp)."""

_BOLD_WEIGHT = 600
_NAME_BYTES = 128
_SAMPLED = 3


def read_page(document: Any, number: int) -> PageLines:
    """Page `number`, from 1. Raises pypdfium2.PdfiumError when the page is damaged."""
    page = document[number - 1]
    try:
        width, height = (max(side, 1.0) for side in page.get_size())  # damaged files have pages of no size
        textpage = page.get_textpage()
        try:
            lines = list(_lines(page, textpage, width, height))
            lines = merge_rows(with_ruled_tables(lines, read_rulings(page, width, height), width, height))
        finally:
            textpage.close()
        return PageLines(number, width, height, tuple(lines), layer=text_layer(page, lines))
    finally:
        page.close()


def _lines(page: Any, textpage: Any, width: float, height: float) -> Iterator[Line]:
    codes, boxes = _characters(textpage)
    corners = page_corners(page, boxes)
    for start, end in _segments(codes):
        placed = _placed(codes[start:end], corners[start:end])
        if placed.text:
            size, bold = _font(textpage.raw, codes, start, end)
            yield Line.of(placed, width, height, size, bold)


def _characters(textpage: Any) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Unicode and loose box (left, bottom, right, top in points) of every character.

    The loose box is as high as the font, which a mark over a line should be; tight boxes are empty for fonts that are
    not embedded.
    """
    import pypdfium2.raw as pdfium

    count = max(0, textpage.count_chars())
    handle = textpage.raw  # asking the wrapper for it at every call takes a fifth of the time
    codes = np.zeros(count, np.uint32)
    boxes = np.zeros((count, 4), np.float64)
    rectangle = pdfium.FS_RECTF()
    for at in range(count):
        codes[at] = pdfium.FPDFText_GetUnicode(handle, at)
        if pdfium.FPDFText_GetLooseCharBox(handle, at, rectangle):
            boxes[at] = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return codes, boxes


def _segments(codes: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Stretches between PDFium's line ends. After a hyphen that ends a line it gives no other sign of the end."""
    start = 0
    for at in np.flatnonzero(np.isin(codes, (10, 13, *_HYPHENS))).tolist():
        end = at + 1 if codes[at] in _HYPHENS else at
        if end > start:
            yield start, end
        start = at + 1
    if len(codes) > start:
        yield start, len(codes)


def _placed(codes: NDArray[np.uint32], corners: Corners) -> Placed:
    """Clean text: blanks single, no control characters, what has no Unicode as U+FFFD, surrogate pairs combined.

    A blank gets no width, at the end of the character before it: PDFium makes some blanks up, with boxes anywhere.
    """
    text, kept = _text(codes)
    line = Placed(text, corners[kept]).stripped()
    blanks = np.array([at for at, character in enumerate(line.text) if character == " "], np.intp)
    line.corners[blanks] = line.corners[blanks - 1][:, [2, 1, 2, 3]]
    return line


def _text(codes: NDArray[np.uint32]) -> tuple[str, list[int]]:
    """The characters that stay, and their indices."""
    ordinary = ((codes >= 0x20) & (codes < 0x7F)) | ((codes > 0x3000) & (codes < 0xD800))
    if ordinary.all() and "  " not in (text := codes.astype("<u4").tobytes().decode("utf-32-le")):
        return text, list(range(len(codes)))
    characters: list[str] = []
    kept: list[int] = []
    for at, code in _code_points(codes):
        character = _character(code)
        if character and not (character == " " and characters and characters[-1] == " "):
            characters.append(character)
            kept.append(at)
    return "".join(characters), kept


def _code_points(codes: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """Index and code point, with pairs of surrogates combined."""
    high = 0
    for at, code in enumerate(codes.tolist()):
        if 0xD800 <= code < 0xDC00:
            high = code
        elif 0xDC00 <= code < 0xE000:
            yield at, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
        else:
            yield at, code
            high = 0


def _character(code: int) -> str:
    if code in _HYPHENS:
        return "-"
    if code == 0 or code > 0x10FFFF:
        return "\ufffd"
    character = chr(code)
    if character.isspace():
        return " "
    return "" if code < 0x20 or 0x7F <= code < 0xA0 or code in (0xFEFF, 0xFFFF) else character


def _font(handle: Any, codes: NDArray[np.uint32], start: int, end: int) -> tuple[float, bool]:
    """Size in points and boldness of a line: the median of a few of its characters, as one may be a footnote's mark."""
    visible = np.flatnonzero(codes[start:end] > 32) + start
    sample = visible[:: max(1, len(visible) // _SAMPLED)].tolist() or [start]
    sizes, weights = zip(*(_font_at(handle, at) for at in sample), strict=True)
    return statistics.median(sizes), 2 * sum(weights) > len(weights)


def _font_at(handle: Any, at: int) -> tuple[float, bool]:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(handle, at, matrix)
    size = pdfium.FPDFText_GetFontSize(handle, at) * math.hypot(matrix.c, matrix.d)
    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(handle, at, name, _NAME_BYTES, None)
    bold = pdfium.FPDFText_GetFontWeight(handle, at) >= _BOLD_WEIGHT or b"bold" in name.value.lower()
    return round(size, 1), bold

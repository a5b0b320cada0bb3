"""Where the characters of a paged document stand: from a span of its text to rectangles on its pages."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.documents import Box, Span

SCALE = 65535
"""A coordinate is stored as a 16-bit fraction of the page: on A4 a step is 0.013 points, far below a pixel."""

_MAGIC = b"CPG1"
_HEADER = struct.Struct("<4sI")
_BYTES_PER_CHARACTER = 10
_SAME_LINE = 0.5
"""Share of the lower of two boxes that must overlap vertically for both to count as one line: sub- and superscripts
overlap their line by more than this, the next line by less."""


@dataclass(frozen=True, slots=True, eq=False)
class PageGeometry:
    """A box for every character of a text.

    `pages` has shape (characters,) and holds page numbers from 1, or 0 for characters that stand on no page, such as
    the line breaks that we put between elements. `corners` has shape (characters, 4): left, top, right, bottom in
    units of 1/SCALE of the page's width and height, from its top left corner.
    """

    pages: NDArray[np.uint16]
    corners: NDArray[np.uint16]

    def boxes(self, span: Span) -> tuple[Box, ...]:
        """One rectangle for each stretch of a line that the span covers, in the order of the text."""
        return tuple(self._line_boxes(span))

    def _line_boxes(self, span: Span) -> Iterator[Box]:
        current: _Line | None = None
        for at in range(max(span.start, 0), min(span.end, len(self.pages))):
            page = int(self.pages[at])
            if page == 0:
                continue
            left, top, right, bottom = (int(value) for value in self.corners[at])
            if current is not None and current.takes(page, left, top, bottom):
                current.grow(left, top, right, bottom)
                continue
            if current is not None:
                yield current.box()
            current = _Line(page, left, top, right, bottom)
        if current is not None:
            yield current.box()

    def to_bytes(self) -> bytes:
        """Columns, each as differences between neighbours, deflated: about two bytes a character of prose."""
        columns = [self.pages, *self.corners.T]
        deltas = b"".join(np.diff(column, prepend=np.uint16(0)).astype("<u2").tobytes() for column in columns)
        return _HEADER.pack(_MAGIC, len(self.pages)) + zlib.compress(deltas, level=6)

    @classmethod
    def from_bytes(cls, data: bytes) -> PageGeometry:
        """The inverse of `to_bytes`. Raises ValueError for bytes that it did not make."""
        columns = _columns(data).cumsum(axis=1, dtype=np.uint16)
        return cls(pages=columns[0], corners=np.ascontiguousarray(columns[1:].T))


def _columns(data: bytes) -> NDArray[np.uint16]:
    if len(data) < _HEADER.size:
        raise ValueError("page geometry is cut short")
    magic, characters = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("these bytes are no page geometry")
    expected = characters * _BYTES_PER_CHARACTER
    try:
        # One byte more than expected is enough to notice a stream that inflates without end.
        stream = zlib.decompressobj()
        inflated = stream.decompress(data[_HEADER.size :], expected + 1)
    except zlib.error as error:
        raise ValueError(f"page geometry is damaged: {error}") from None
    if len(inflated) != expected or not stream.eof:
        raise ValueError("page geometry has another length than it says")
    return np.frombuffer(inflated, dtype="<u2").reshape(5, characters)


@dataclass(slots=True)
class _Line:
    """A stretch of one line while it grows, in stored units."""

    page: int
    left: int
    top: int
    right: int
    bottom: int

    def takes(self, page: int, left: int, top: int, bottom: int) -> bool:
        """Whether a character continues this stretch: same page, same height, not left of where the stretch began."""
        overlap = min(self.bottom, bottom) - max(self.top, top)
        lower = max(1, min(self.bottom - self.top, bottom - top))
        return page == self.page and overlap >= _SAME_LINE * lower and left >= self.left

    def grow(self, left: int, top: int, right: int, bottom: int) -> None:
        self.left, self.top = min(self.left, left), min(self.top, top)
        self.right, self.bottom = max(self.right, right), max(self.bottom, bottom)

    def box(self) -> Box:
        return Box(self.page, self.left / SCALE, self.top / SCALE, self.right / SCALE, self.bottom / SCALE)

"""A page as a picture, with the cited words marked."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path

from ingest.parsing.pdf import open_pdf
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import Box
from rag.errors import PageNotFound

_MARK = (255, 221, 0, 96)
_MOST_PIXELS = 16_000_000
"""An A0 poster at scale 2 would take 120 MB of picture; four thousand pixels square show every letter."""


def render_page(path: Path, number: int, boxes: Iterable[Box], scale: float) -> bytes:
    """Page `number` (from 1) as PNG at `scale` × 72 dpi, less where that would be too many pixels.

    Of `boxes`, those on this page are drawn over it. Raises PageNotFound, PasswordRequired, UnreadableFormat.
    """
    import pypdfium2 as pdfium
    from PIL import Image, ImageDraw

    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            raise PageNotFound(page=number, pages=len(document))
        try:
            page = document[number - 1]
            width, height = page.get_size()
            fitting = math.sqrt(_MOST_PIXELS / max(1.0, width * height))
            picture = page.render(scale=min(scale, fitting)).to_pil().convert("RGBA")
        except pdfium.PdfiumError as error:
            raise UnreadableFormat(reason_of(error)) from None
    marks = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(marks)
    for box in boxes:
        if box.page == number:
            pen.rectangle(_pixels(box, *picture.size), fill=_MARK)
    out = io.BytesIO()
    Image.alpha_composite(picture, marks).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _pixels(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    return box.left * width, box.top * height, box.right * width, box.bottom * height

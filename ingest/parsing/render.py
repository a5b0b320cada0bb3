"""A page as a picture, with the cited words marked."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.parsing.pdf_file import open_pdf
from ingest.parsing.pictures import frame_of, frames_in, open_picture
from ingest.parsing.records import UnreadableFormat, reason_of
from rag.documents import Box
from rag.errors import PageNotFound

if TYPE_CHECKING:
    from PIL.Image import Image

_MARK = (255, 221, 0, 96)
_MOST_PIXELS = 16_000_000
"""An A0 poster at scale 2 would take 120 MB of picture; four thousand pixels square show every letter."""


def render_page(path: Path, number: int, boxes: Iterable[Box], scale: float) -> bytes:
    """Page `number` (from 1) of a PDF as PNG at `scale` × 72 dpi, less where that would be too many pixels; frame
    `number` of an image file as it is, likewise.

    Of `boxes`, those on this page are drawn over it. Raises PageNotFound, PasswordRequired, UnreadableFormat.
    """
    from PIL import Image as Images
    from PIL import ImageDraw

    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    picture = (_pdf_page(path, number, scale) if is_pdf else _frame(path, number)).convert("RGBA")
    marks = Images.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(marks)
    for box in boxes:
        if box.page == number:
            pen.rectangle(_pixels(box, *picture.size), fill=_MARK)
    out = io.BytesIO()
    Images.alpha_composite(picture, marks).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _pdf_page(path: Path, number: int, scale: float) -> Image:
    import pypdfium2 as pdfium

    with open_pdf(path) as document:
        _check(number, len(document))
        try:
            page = document[number - 1]
            width, height = page.get_size()
            fitting = math.sqrt(_MOST_PIXELS / max(1.0, width * height))
            drawn: Image = page.render(scale=min(scale, fitting)).to_pil()
        except pdfium.PdfiumError as error:
            raise UnreadableFormat(reason_of(error)) from None
        return drawn


def _frame(path: Path, number: int) -> Image:
    with open_picture(path) as picture:
        _check(number, frames_in(picture))
        frame = frame_of(picture, number)
    fitting = min(1.0, math.sqrt(_MOST_PIXELS / max(1, frame.width * frame.height)))
    return frame if fitting == 1 else frame.resize((round(frame.width * fitting), round(frame.height * fitting)))


def _check(number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        raise PageNotFound(page=number, pages=pages)


def _pixels(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    return box.left * width, box.top * height, box.right * width, box.bottom * height

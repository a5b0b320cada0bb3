"""Image files: each frame is a page, and its text is recognised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.parsing.draft import Draft
from ingest.parsing.furniture import set_furniture_apart
from ingest.parsing.page_writer import write_pages
from ingest.parsing.recognised_pages import RECOGNISER, PagePicture, recognised_pages
from ingest.parsing.records import OnPage, PageRead, Recognition, UnreadableFormat, reason_of, unheard
from rag.documents import ParsedDocument
from rag.errors import NoText

if TYPE_CHECKING:
    from PIL.Image import Image

_POINTS_PER_DOT = 72 / 150
"""Pictures hardly say how large they are on paper; scans mostly have 150 to 300 dots an inch."""


@contextmanager
def open_picture(path: Path) -> Iterator[Image]:
    """Raises UnreadableFormat, also for a picture of so many dots that it is made to hurt."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            yield picture
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UnreadableFormat(reason_of(error)) from None


def frame_of(picture: Image, number: int) -> Image:
    """Frame `number`, from 1, in colour and turned as its camera noted."""
    from PIL import ImageOps

    picture.seek(number - 1)
    return ImageOps.exif_transpose(picture).convert("RGB")


def frames_in(picture: Image) -> int:
    return int(getattr(picture, "n_frames", 1))


def parse_picture(
    path: Path, max_pages: int, recognition: Recognition, on_page: OnPage = unheard
) -> tuple[ParsedDocument, bytes]:
    """The document and its serialised PageGeometry. Raises UnreadableFormat, NoText."""
    if recognition.when == "never":
        raise NoText()
    draft = Draft()
    with open_picture(path) as picture:
        count = frames_in(picture)
        if count > max_pages:
            draft.warnings.append(f"only the first {max_pages} of {count} pages were read")
        total = min(count, max_pages)
        pages = list(
            recognised_pages(
                _frames(picture, total), recognition, lambda number: on_page(PageRead(number, total, recognised=True))
            )
        )
    if not any(page.lines for page in pages):
        raise NoText()
    return write_pages(draft, RECOGNISER, set_furniture_apart(pages), None)


def _frames(picture: Image, count: int) -> Iterator[PagePicture]:
    for number in range(1, count + 1):
        frame = frame_of(picture, number)
        dots = np.asarray(frame)[:, :, ::-1]
        yield PagePicture(
            number, frame.width * _POINTS_PER_DOT, frame.height * _POINTS_PER_DOT, np.ascontiguousarray(dots)
        )

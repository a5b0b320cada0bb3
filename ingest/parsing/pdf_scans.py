"""Pages of a PDF whose text has to be recognised in their picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ingest.parsing.page_lines import PageLines, TextLayer
from ingest.parsing.pdf_file import numbered_pages
from ingest.parsing.recognised_pages import OnRecognised, PagePicture, recognised_pages
from ingest.parsing.records import Recognition

_DOTS_PER_POINT = 150 / 72
"""Letters of 8 points are 17 dots high, which the models read; more dots take longer and read no better."""

_LONGEST, _SHORTEST = 2000, 1000
"""Dots of the picture's longer side: the engine shrinks what is longer, and small pages have small letters."""

_SHOWN = 10


def with_recognised(
    path: Path,
    pages: Sequence[PageLines],
    numbers: Sequence[int],
    recognition: Recognition,
    on_page: OnRecognised,
    warnings: list[str],
) -> list[PageLines]:
    """The pages, those of these numbers as recognised where that gives more than their own text layer."""
    found = {page.number: page for page in recognised_pages(_pictures(path, numbers), recognition, on_page)}
    if failed := [number for number in numbers if number not in found]:
        warnings.append(f"pages whose text could not be recognised: {some(failed)}")
    return [_better(page, found.get(page.number), recognition) for page in pages]


def some(numbers: Sequence[int]) -> str:
    """The first few numbers, to be shown to people."""
    return ", ".join(map(str, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else "")


def _better(layer: PageLines, recognised: PageLines | None, recognition: Recognition) -> PageLines:
    if recognised is None or not recognised.lines:
        return layer
    is_wanted = recognition.when == "always" or layer.layer is TextLayer.GARBLED
    return recognised if is_wanted or recognised.characters >= layer.characters else layer


def _pictures(path: Path, numbers: Sequence[int]) -> Iterator[PagePicture]:
    """Pages that cannot be drawn are left out."""
    import pypdfium2 as pdfium

    for number, document in numbered_pages(path, numbers):
        page = document[number - 1]
        try:
            width, height = page.get_size()
            longer = max(width, height, 1.0)
            scale = min(max(_DOTS_PER_POINT, _SHORTEST / longer), _LONGEST / longer)
            yield PagePicture(number, width, height, np.array(page.render(scale=scale).to_numpy()[:, :, :3]))
        except pdfium.PdfiumError:
            continue
        finally:
            page.close()

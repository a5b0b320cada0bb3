"""Whether the text that a PDF page carries can be used, or has to be recognised in its picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from ingest.parsing.line import Line
from ingest.parsing.page_lines import TextLayer

_FEW_CHARACTERS = 100
"""A page of fewer may be a scan that something was stamped on."""

_PICTURED = 0.5
"""Share of the page that pictures cover on a scan, at least."""

_GARBLED = 0.3
"""A third of characters without a meaning leaves no sentence whole; sound pages stay under a hundredth."""

_DEPTH = 3
_MEANINGLESS = frozenset({"Cc", "Cn", "Co", "Cs"})


def text_layer(page: Any, lines: Sequence[Line]) -> TextLayer:
    """SOUND also for a page with nothing on it: there is nothing to recognise."""
    characters = "".join(line.text for line in lines).replace(" ", "")
    if not characters:
        return TextLayer.SOUND if _is_empty(page) else TextLayer.SPARSE
    if sum(map(_is_garbled, characters)) > _GARBLED * len(characters):
        return TextLayer.GARBLED
    stamped = len(characters) < _FEW_CHARACTERS and _pictured_share(page) >= _PICTURED
    return TextLayer.SPARSE if stamped else TextLayer.SOUND


def _is_garbled(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in _MEANINGLESS


def _is_empty(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDFPage_CountObjects(page)) == 0


def _pictured_share(page: Any) -> float:
    """Of the page's area, as much as pictures cover together; more than 1 where they lie upon each other."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    covered = 0.0
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH):
        left, bottom, right, top = found.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
    return float(covered / max(1.0, width * height))

"""What a page is made of: paragraphs, list items, tables."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.parsing.placed import Placed
from rag.documents import ElementKind


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Lines that belong together, as they will stand in the text: paragraphs parted by line breaks, or rows."""

    kind: ElementKind
    placed: Placed
    size: float
    bold: bool
    lines: int
    header_length: int = 0

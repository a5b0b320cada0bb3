"""What goes into a parser and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.documents import ParsedDocument
from rag.settings import IngestSettings


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """How much one file may cost. `output_bytes` bounds both the reply of a parser process and any file it writes."""

    max_pages: int = 5000
    max_unpacked_bytes: int = 512 * 1024**2
    timeout_s: float = 120.0
    memory_bytes: int = 3 * 1024**3
    output_bytes: int = 512 * 1024**2

    @classmethod
    def of(cls, settings: IngestSettings) -> ParseLimits:
        return cls(
            max_pages=settings.max_pages,
            max_unpacked_bytes=settings.max_unpacked_bytes,
            timeout_s=settings.parse_timeout_s,
            memory_bytes=settings.parse_memory_bytes,
        )


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as text and structure. `geometry` is a serialised PageGeometry over `document.text`, for PDFs."""

    document: ParsedDocument
    media_type: str
    geometry: bytes | None = None


class UnreadableFormat(Exception):
    """A format's reader gave up; the dispatcher knows the media type and says it with FileUnreadable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: BaseException) -> str:
    """One short line about a library's exception; its type alone when it says nothing."""
    lines: list[Any] = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__

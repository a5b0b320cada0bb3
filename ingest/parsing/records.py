"""What goes into a parser and what comes out of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rag.documents import Attachment, ParsedDocument
from rag.settings import IngestSettings

_MOST_THREADS = 4
"""Each page at work takes some 300 MB, and all of them share one process's bound of memory."""


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
class Recognition:
    """Whether and how text is recognised in pictures (OCR).

    `when` auto: pages without a usable text layer. `threads` pages of a file are recognised at a time, `cores` of all
    files whose parsers share `slots_folder`. Each recognised page gives the file `page_timeout_s` more. What was
    recognised is kept in `cache_folder` for `keep_s`, so that a file that is read again, after a crash or by a newer
    parser, does not pay twice.
    """

    when: Literal["auto", "always", "never"] = "auto"
    threads: int = 1
    cores: int = 1
    page_timeout_s: float = 30.0
    cache_folder: str | None = None
    keep_s: float = 86_400.0
    slots_folder: str | None = None

    @classmethod
    def of(cls, settings: IngestSettings, data_dir: Path) -> Recognition:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(
            when=settings.ocr,
            threads=max(1, min(_MOST_THREADS, cores // settings.parsers)),
            cores=cores,
            page_timeout_s=settings.ocr_page_timeout_s,
            cache_folder=str(data_dir.absolute() / "recognised"),
            keep_s=settings.ocr_keep_s,
            slots_folder=str(data_dir.absolute() / "slots"),
        )


NO_RECOGNITION = Recognition(when="never")


class PageRead(NamedTuple):
    """Page `number` of `total` was read; `recognised` says that its text had to be made out in its picture."""

    number: int
    total: int
    recognised: bool = False


OnPage = Callable[[PageRead], None]
"""Told of each page that was read. Of pages that an earlier reading left, only the last of a range is told."""


def unheard(_page: PageRead) -> None:
    """For those who do not ask how far a file is."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as text and structure. `geometry` is a serialised PageGeometry over `document.text`, if it has pages.

    `attachments` are files of their own that it holds, unread.
    """

    document: ParsedDocument
    media_type: str
    geometry: bytes | None = None
    attachments: tuple[Attachment, ...] = ()


class UnreadableFormat(Exception):
    """A format's reader gave up; the dispatcher knows the media type and says it with FileUnreadable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: BaseException) -> str:
    """One short line about a library's exception; its type alone when it says nothing."""
    lines: list[Any] = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__

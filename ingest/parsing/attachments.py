"""What hangs on a mail: its files by name, to be read as documents of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from ingest.parsing.characters import one_line
from rag.documents import Attachment

_MOST = 100
_LONGEST_NAME = 150
"""Characters; file systems allow 255 bytes. A name goes into the uri of its document."""


def collected(parts: Iterable[tuple[str, bytes | None]], warnings: list[str]) -> tuple[Attachment, ...]:
    """The attachments in their order, each under a name of its own; beyond a hundred they are a warning."""
    found: dict[str, Attachment] = {}
    left_out = 0
    for name, content in parts:
        if len(found) < _MOST:
            own = _own_name(_shown(name), found)
            found[own] = Attachment(own, content)
        else:
            left_out += 1
    if left_out:
        warnings.append(f"attachments not read: {left_out}, beyond the first {_MOST}")
    return tuple(found.values())


def _shown(name: str) -> str:
    """Without folders, line breaks, and what is no character: names are lent by whoever sends a mail."""
    line = one_line(name).replace("\\", "/").rpartition("/")[2]
    suffix = PurePath(line).suffix
    return line if len(line) <= _LONGEST_NAME else (line[: _LONGEST_NAME - len(suffix)] + suffix)[:_LONGEST_NAME]


def _own_name(name: str, taken: Iterable[str]) -> str:
    path = PurePath(name or "attachment")
    names = (str(path), *(f"{path.stem} ({number}){path.suffix}" for number in range(2, _MOST + 2)))
    return next(each for each in names if each not in taken)

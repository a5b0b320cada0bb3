"""Whether a parsed text is worth searching: a gate before it is cut, embedded and believed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rag.documents import ParsedDocument
from rag.errors import NoText, TextGarbled

GARBLED_SHARE = 0.3
"""A third of unreadable characters leaves no sentence whole. Sound files stay under 0.01; PDFs whose fonts lost their
Unicode tables, and binary data read as text, lie above one half."""

_UNREADABLE = frozenset({"Cc", "Cn", "Co", "Cs"})


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the characters that are no blanks. `pages_without_text` counts pages of a paged format."""

    characters: int
    readable_share: float
    garbled_share: float
    pages_without_text: int = 0


def judge(document: ParsedDocument) -> Quality:
    """Measure the text. Raises NoText without a single letter or digit, TextGarbled above GARBLED_SHARE."""
    visible = "".join(document.text.split())
    garbled = sum(_is_garbled(character) for character in visible)
    readable = sum(character.isalnum() for character in visible)
    if readable == 0 and garbled == 0:
        raise NoText()
    share = garbled / len(visible)
    if share > GARBLED_SHARE:
        raise TextGarbled(share=share)
    if readable == 0:
        raise NoText()
    empty = sum(not page.span.of(document.text).strip() for page in document.pages)
    return Quality(len(visible), readable / len(visible), share, empty)


def _is_garbled(character: str) -> bool:
    """The replacement character, and what has no meaning outside one program: private use, control, unassigned."""
    return character == "\ufffd" or unicodedata.category(character) in _UNREADABLE

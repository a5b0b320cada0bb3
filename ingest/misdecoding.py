"""Text that was read in the wrong encoding: how many of its characters stand in sequences that only that explains.

A sequence is told by reading it back: `Ã©` is the two bytes of `é` in UTF-8, seen as Windows-1252. Text that was
meant so hardly ever reads back as well-formed UTF-8, which is why this needs no dictionary.
"""

from __future__ import annotations

import re

_HIGH_LATIN = (
    "\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122"
)
"""What bytes from 80 to FF become in Latin-1 and Windows-1252."""

_LATIN_RUN = re.compile(f"[{_HIGH_LATIN}]{{2,}}")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")

_DOUBLE_BYTE_RUN = re.compile("[\u00a1-\u00ff]{4,}")
"""GBK or Big5 seen as Latin-1: no language writes four accented letters and signs in a row."""

_HAN_RUN = re.compile("[\u4e00-\u9fff]{3,}")
_UTF8_HAN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}[\xe4-\xe9]?[\x80-\xbf]?")

_FILLERS = re.compile("锟斤拷|(?:烫烫|屯屯)+")
"""U+FFFD seen as GBK, and what Microsoft's compilers fill memory with."""


def misdecoded_characters(text: str) -> int:
    """How many characters of the text are such sequences."""
    latin = sum(_read_back(found.group()) for found in _LATIN_RUN.finditer(text))
    double = sum(len(found.group()) for found in _DOUBLE_BYTE_RUN.finditer(text))
    han = sum(_han_read_back(found.group()) for found in _HAN_RUN.finditer(text))
    fillers = sum(len(found.group()) for found in _FILLERS.finditer(text))
    return max(latin, double) + han + fillers


def _read_back(run: str) -> int:
    """The characters of a run that are UTF-8 when turned into bytes again."""
    data = b"".join(_byte(character) for character in run)
    return sum(len(found.group()) for found in _UTF8_SEQUENCE.finditer(data))


def _byte(character: str) -> bytes:
    return character.encode("latin-1" if ord(character) < 0x100 else "windows-1252")


def _han_read_back(run: str) -> int:
    """The length of a run that is UTF-8 of Han characters seen as GBK, or nothing: Chinese text is never both."""
    data = run.encode("gb18030")
    return len(run) if _UTF8_HAN.fullmatch(data) else 0

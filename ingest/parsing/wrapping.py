"""Lines that an editor wrapped become one again; lines that an author broke stay apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from ingest.parsing.characters import glue

_NARROWEST = 50
"""Columns below which nobody wraps prose: shorter lines were broken on purpose, as in addresses and lists."""

_SLACK = 4
LIST_START = re.compile(
    r"^(?:[-*+•‣◦▪●○■–]\s+|\(?\d{1,3}[.)]\s+|\d{1,3}[、．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、)"
)


def width(line: str) -> int:
    """Columns on a fixed-width screen: two for wide East Asian characters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def unwrap(lines: Sequence[str]) -> list[str]:
    """The paragraph's lines, joined where the next word would not have fitted in the widest line's width."""
    if len(lines) < 2 or max(map(len, lines)) > 200:
        return list(lines)
    room = max(map(width, lines))
    if room < _NARROWEST:
        return list(lines)
    joined = [lines[0]]
    for before, after in pairwise(lines):
        if _was_wrapped(before, after, room):
            joined[-1] += glue(joined[-1], after) + after
        else:
            joined.append(after)
    return joined


def _was_wrapped(before: str, after: str, room: int) -> bool:
    if LIST_START.match(after):
        return False
    first_word = after.split(" ", 1)[0]
    # A "word" of Chinese is a whole sentence; there any two columns would have held the next character.
    needed = width(first_word) if first_word.isascii() else _SLACK
    return width(before) + needed > room

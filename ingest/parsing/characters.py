"""Which characters may stand in stored text, and what a line of it looks like."""

from __future__ import annotations

import re

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_REMOVED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile("[ \t\u00a0]+")
_CJK = "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_CJK_CHARACTER = re.compile(f"[{_CJK}\U00020000-\U0003ffff]")


def clean(text: str) -> str:
    """The text with "\\n" as its only line break and without NUL, control characters and byte order marks.

    Bidirectional and zero-width characters stay: search ignores them, and a quote should show what the file has.
    Lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    return _SURROGATES.sub("\ufffd", _REMOVED.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text as a single line: every run of blanks or line breaks is one space."""
    return " ".join(clean(text).split())


def lines_of(text: str) -> list[str]:
    """The lines that say something, each without blanks around it or runs of blanks inside."""
    lines = (_BLANKS.sub(" ", line).strip() for line in clean(text).split("\n"))
    return [line for line in lines if line]


def is_cjk(character: str) -> bool:
    """Whether this is a Han character, kana, or CJK punctuation: scripts that put no space between words."""
    return bool(_CJK_CHARACTER.match(character))


def glue(before: str, after: str) -> str:
    """What stood between two parts of a wrapped line: a space between words, nothing beside CJK characters."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    return "" if is_cjk(before[-1]) or is_cjk(after[0]) else " "

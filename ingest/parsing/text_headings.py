"""Headings in plain text: what authors write when no format marks a heading for them.

Exported pages, notes and transcripts carry the marks of Markdown; reports and records put a label on a line of its own
("Present Illness:", "既往史："); Chinese documents number their parts (第二章, 一、, （一）). Under its heading a
passage says what it is about, which retrieval lives on. A sentence taken for a heading would be lost to its paragraph,
so whatever ends like a sentence, or is as long as one, is none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ingest.parsing.wrapping import width

_WIDEST = 60
"""Columns of a heading without a mark of its own."""
_WIDEST_LABEL = 40

_ATX = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_BOLD = re.compile(r"(\*\*|__)(?P<text>[^*_].*?)[:：]?\1[:：]?$")
_PARTS = (
    re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}[编篇]"),
    re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}章"),
    re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}节"),
    re.compile(r"[一二三四五六七八九十]{1,3}、"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]"),
)
_LABEL = re.compile(r"(?P<text>[^\s:：。，,；;！？!?][^:：。，,；;！？!?]*)[:：]$")
_LEADS_ON = re.compile(
    r"(?:如下|以下|包括|例如|认为|表示|指出|查明)$|(?:following|follows|includes?|says?|said|that)$", re.IGNORECASE
)
"""A label that ends like this introduces what its own sentence goes on to say."""
_ENDS_A_SENTENCE = re.compile(r"[.。!！?？;；,，、:：]$")
_SMALL_WORDS = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
_MOST_WORDS = 6

_BELOW_ATX = 6


class Heading(NamedTuple):
    level: int
    text: str


def heading_of(line: str, following: str) -> Heading | None:
    """The heading that a line is, without its marks; `following` is the next line of the same block, if any.

    Levels: those of Markdown's `#`, then numbered parts in their order, then bold lines, then labels.
    """
    if atx := _ATX.match(line):
        return Heading(len(atx[1]), _bare(atx[2])) if _bare(atx[2]) else None
    for depth, part in enumerate(_PARTS, start=1):
        if part.match(line):
            return Heading(_BELOW_ATX + depth, line) if _is_short(line) else None
    below = _BELOW_ATX + len(_PARTS)
    if (bold := _BOLD.match(line)) and width(bold["text"]) <= _WIDEST:
        return Heading(below + 1, bold["text"].strip())
    if following and (label := _LABEL.match(line)) and _is_label(label["text"]):
        return Heading(below + 2, label["text"])
    return None


def _bare(text: str) -> str:
    bold = _BOLD.match(text)
    return bold["text"].strip() if bold else text


def _is_short(line: str) -> bool:
    return width(line) <= _WIDEST and not _ENDS_A_SENTENCE.search(line)


def _is_label(text: str) -> bool:
    """A name of what follows rather than the beginning of a sentence: in English every word of it is capitalised."""
    if width(text) > _WIDEST_LABEL or _LEADS_ON.search(text):
        return False
    words = re.findall(r"[A-Za-z][\w'-]*", text)
    if not words:
        return True
    return len(words) <= _MOST_WORDS and all(word[0].isupper() or word in _SMALL_WORDS for word in words)

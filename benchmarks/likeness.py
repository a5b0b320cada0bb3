"""How like a text is to what it should be: in its characters, or in its words."""

from __future__ import annotations

import re
from collections import Counter

_MARKS = re.compile(r"[\s#*|_`>-]+")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+")


def character_accuracy(truth: str, text: str) -> float:
    """Share of the truth's characters that the text has, in their order. White space and Markdown's marks count on
    neither side; nor does what the text has besides, because slides have titles and rows have numbers.
    """
    from rapidfuzz.distance import Levenshtein

    wanted, found = _MARKS.sub("", truth), _MARKS.sub("", text)
    lost = sum(edit.tag != "insert" for edit in Levenshtein.editops(wanted, found))
    return 1.0 - lost / max(1, len(wanted))


def runs(text: str, length: int) -> Counter[str]:
    """Each `length` characters in a row, without the blanks, for looking up lines that are broken elsewhere."""
    together = "".join(text.split())
    return Counter(together[at : at + length] for at in range(len(together) - length + 1))


def tokens(text: str) -> Counter[str]:
    """Words in small letters, and Han characters and kana one by one."""
    return Counter(_TOKEN.findall(text.lower()))


def recall(wanted: Counter[str], found: Counter[str]) -> float:
    """Share of the wanted tokens, each as often as it is wanted, that are found."""
    return (wanted & found).total() / max(1, wanted.total())


def token_f1(truth: str, text: str) -> float:
    """Harmonic mean of precision and recall over the two bags of tokens."""
    wanted, found = tokens(truth), tokens(text)
    shared = (wanted & found).total()
    return 2 * shared / max(1, wanted.total() + found.total())

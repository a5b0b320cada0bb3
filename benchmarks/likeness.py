"""How like a text is to what it should be: in its characters, or in its words."""

from __future__ import annotations

import re
from collections import Counter

_MARKS = re.compile(r"[\s#*|_`>-]+")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+")


def character_accuracy(truth: str, text: str) -> float:
    """One minus edits per character of the truth. White space and Markdown's marks are left out on both sides.

    What stands before the truth's first or after its last character is no error: a format may add a title.
    """
    from rapidfuzz.distance import Levenshtein

    wanted, found = _MARKS.sub("", truth), _MARKS.sub("", text)
    edits = Levenshtein.editops(wanted, found)
    inside = [op for op in edits if not (op.tag == "insert" and op.src_pos in (0, len(wanted)))]
    return 1.0 - len(inside) / max(1, len(wanted))


def bare(text: str) -> str:
    """The text without blanks, for looking up lines that are broken elsewhere."""
    return "".join(text.split())


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

"""Whether a text holds a sentence, however parsing treated its spaces, dashes and letter case.

The tests are those of the reference scorer that this project is measured with, so that figures can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

GRAM = 8
SHARE = 0.6
"""A passage holds a sentence when it has this share of the sentence's character n-grams of length GRAM: parsing may
change a space or a dash, never the words."""
_LEAST_LETTERS = 10
_WORD = re.compile(r"[A-Za-z0-9'_-]+|[\u3400-\u9fff]")


def holds(text: str, sentence: str) -> bool:
    """Whether the sentence stands in the text; one without letters stands nowhere."""
    grams = _grams(sentence)
    if not grams:
        return False
    found = letters(text)
    return sum(gram in found for gram in grams) / len(grams) >= SHARE


def same_place(cited: str, sentence: str) -> bool:
    """One holds the other; a span of a few letters lies in too much to prove anything."""
    return holds(cited, sentence) or (len(letters(cited)) >= _LEAST_LETTERS and holds(sentence, cited))


def first_words(texts: Sequence[str], words: int) -> str:
    """The texts in order, cut after so many words; a Chinese character is a word."""
    kept = []
    for text in texts:
        ends = [match.end() for match in _WORD.finditer(text)]
        kept.append(text if len(ends) <= words else text[: ends[words - 1]] if words else "")
        words = max(0, words - len(ends))
    return "\n".join(kept)


def count_words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


@lru_cache(maxsize=4096)  # a passage is looked at once for each sentence and each cut-off
def letters(text: str) -> str:
    """What is compared: letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


@lru_cache(maxsize=4096)
def _grams(sentence: str) -> frozenset[str]:
    sought = letters(sentence)
    return frozenset(sought[i : i + GRAM] for i in range(max(1, len(sought) - GRAM + 1))) if sought else frozenset()

"""The words of a question, and how much each tells: one that every passage found holds tells nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.documents import ScoredPassage
from rag.text.terms import lexical_terms


def header(passage: ScoredPassage) -> str:
    """What a passage stands under, where the prompt shows it and its reader looks first."""
    return passage.passage.context or passage.title


def words_held(question: str, passages: Sequence[ScoredPassage]) -> list[frozenset[str]]:
    """For each passage, the question's words that it or its header holds."""
    asked = frozenset(lexical_terms(question))
    return [asked & frozenset(lexical_terms(f"{header(passage)}\n{passage.text}")) for passage in passages]


def rarities(words: frozenset[str], held: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """The logarithm of how few passages hold each word; the highest for a word that none of them holds."""
    found = Counter(word for passage in held for word in passage)
    return {word: math.log((len(held) + 1) / (found[word] + 0.5)) for word in words}


def word_shares(question: str, passages: Sequence[ScoredPassage]) -> Mapping[str, float]:
    """How much each word of the question tells, which sums to 1; `passages` are all that were found."""
    found = rarities(frozenset(lexical_terms(question)), words_held(question, passages))
    total = sum(found.values()) or 1.0
    return {word: rarity / total for word, rarity in found.items()}

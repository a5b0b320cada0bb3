"""Passages that say what one before them says, in nearly the same words: a prompt has no room for them twice.

Where two differ in a quantity, both stay: then it matters that they differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.documents import ScoredPassage
from rag.text.quantities import unsupported
from rag.text.terms import lexical_terms

SAME_WORDS = 0.9
"""Share of the words of both that both have. Passages on one subject share a third; copies differ by a heading."""


def repeated(passages: Sequence[ScoredPassage]) -> frozenset[str]:
    """The ids of passages, given best first, that repeat one of another document before them."""
    terms = [frozenset(lexical_terms(passage.text)) for passage in passages]
    found: set[str] = set()
    for place, passage in enumerate(passages):
        before = [n for n in range(place) if passages[n].passage.id not in found]
        if any(_repeats(passage, passages[n], terms[place], terms[n]) for n in before):
            found.add(passage.passage.id)
    return frozenset(found)


def _repeats(one: ScoredPassage, other: ScoredPassage, terms: frozenset[str], known: frozenset[str]) -> bool:
    if one.passage.document_id == other.passage.document_id or not terms:
        return False
    alike = len(terms & known) >= SAME_WORDS * len(terms | known)
    return alike and not unsupported(one.text, [other.text]) and not unsupported(other.text, [one.text])

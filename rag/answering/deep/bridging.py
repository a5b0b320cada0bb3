"""The second hop: what the first evidence names, that the question does not, and through which the answer may be found.

"The supplier of the seal rings" is S-114 in one document, and S-114 has its name in another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from rag.answering.evidence import split_sources
from rag.documents import ScoredPassage
from rag.retrieval.question_words import header, word_shares
from rag.text.terms import lexical_terms
from rag.text.topics import topics

_LOOKED_AT: Final = 3
"""Passages; what stands further down is seldom about the question."""
_LEAST_SHARE: Final = 0.4
"""Of the question's words, by how much they tell, that a sentence has to hold for its names to lead further."""
MOST: Final = 2


def bridges(question: str, passages: Sequence[ScoredPassage]) -> list[str]:
    """Names to look for next, at most two, the ones first that the most telling sentences hold."""
    shares = word_shares(question, passages)
    led: Counter[str] = Counter()
    for sentence in split_sources(passages[:_LOOKED_AT]):
        share = sum(weight for word, weight in shares.items() if word in sentence.terms)
        if share >= _LEAST_SHARE:
            for name in dict.fromkeys(span.of(sentence.text) for span in topics(sentence.text)):
                if _is_telling(name) and _is_new(name, question, sentence.source):
                    led[name] = max(led[name], round(1000 * share))
    return [name for name, _ in led.most_common(MOST)]


def _is_telling(name: str) -> bool:
    """Whether a name is a code, of several words or Chinese: one capital word is as often the head of a column."""
    return not name.isascii() or " " in name or bool(re.search(r"[A-Z]", name) and re.search(r"[0-9]", name))


def _is_new(name: str, question: str, source: ScoredPassage) -> bool:
    """Whether a name is neither asked about nor what the whole document is about."""
    told = frozenset(lexical_terms(f"{question}\n{header(source)}"))
    return not frozenset(lexical_terms(name)) <= told


def following(question: str, name: str) -> str:
    """What to search for once a name has been found."""
    return f"{name} {question}"

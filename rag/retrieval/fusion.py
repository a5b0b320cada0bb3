"""One list from many legs, on one scale.

A dense score without language means compares across languages. A lexical score does not: a passage in the other
language shares no words with the question however well it answers, while every passage of the question's own
language shares some by chance. Lexical evidence therefore counts only as far as it stands out from what chance gives
in its own language - the score of the hit at rank √n among n passages - and is measured against the most that the
question's terms could give. Measured beside other fusions in docs/retrieval.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.documents import Passage

LEXICAL_WEIGHT = 1.0
"""What a complete lexical match is worth, in units of dense cosine."""
LEAST_CHANCE_RANK = 20
"""Passages that are taken to match by chance even in a small corpus."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that some leg found, with what each leg knows: a centred cosine and a lexical surplus from 0 to 1."""

    passage: Passage
    dense: float
    lexical: float

    @property
    def score(self) -> float:
        return self.dense + LEXICAL_WEIGHT * self.lexical


def chance_rank(passages: int) -> int:
    """How many of a language's passages match a question's words by chance; its square root grows with the corpus."""
    return max(LEAST_CHANCE_RANK, math.isqrt(passages))


def lexical_surplus(scores: Sequence[float], rank: int, terms: int, corpus: int) -> list[float]:
    """BM25 scores of one language's leg, best first, as the share of a complete match that chance does not explain.

    `rank` is the chance rank of that language, `terms` the distinct terms of the query and `corpus` the passages that
    the index's IDF was counted on. A term's weight is at most log(1 + corpus / 1.5), the IDF of one that occurs once.
    """
    by_chance = scores[rank - 1] if len(scores) >= rank else 0.0
    complete = max(terms, 1) * math.log(1 + max(corpus, 1) / 1.5)
    return [min(1.0, max(0.0, score - by_chance) / complete) for score in scores]


def fuse(dense: Mapping[str, float], lexical: Mapping[str, float], passages: Iterable[Passage]) -> list[Candidate]:
    """Candidates by descending score; ties by id, so that the same index always answers the same."""
    found = {passage.id: passage for passage in passages}
    candidates = [Candidate(p, dense[p.id], lexical.get(p.id, 0.0)) for p in found.values()]
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.passage.id))

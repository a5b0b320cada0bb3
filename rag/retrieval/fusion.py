"""One list from many legs, on one scale.

A dense score without language means compares across languages. A lexical score does not: a passage in the other
language shares no words with the question however well it answers, while every passage of the question's own
language shares some by chance. So lexical evidence counts only as far as it stands out from what chance gives in its
own language - the score of the hit at rank √n among n passages - as a share of the most that the question's terms
could give. And a passage that could not show any is lent what the other language's best hit shows, as far as it is as
close in meaning. Measured beside other fusions in docs/retrieval.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.documents import Language, Passage

LEXICAL_WEIGHT = 1.0
"""What a complete lexical match is worth, in units of dense cosine."""
LEAST_CHANCE_RANK = 20
"""Passages that are taken to match by chance even in a small corpus."""
AS_CLOSE = 0.05
"""How far in meaning a passage may stay behind the other language's closest and be lent all of its lexical evidence.
On dev, the passage that answers is ahead of the closest of the wrong language in 94 of 100 questions."""
LENDING_RAMP = 0.1
"""Over so much more distance the loan falls to nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that some leg found, and what speaks for it, in units of dense cosine.

    `dense` is a centred cosine and `lexical` a surplus from 0 to 1. `lent` is lexical evidence of another language,
    `drawn` what neighbours add, `as_twin` the score of a passage of another language in proportion to how much this
    one says the same, `lifted` what puts its document level with another, and `behind` what it loses where
    its document is about another than the question.
    """

    passage: Passage
    dense: float
    lexical: float
    lent: float = 0.0
    drawn: float = 0.0
    as_twin: float = -1.0
    lifted: float = 0.0
    behind: float = 0.0

    @property
    def score(self) -> float:
        own = self.dense + self.drawn + LEXICAL_WEIGHT * max(self.lexical, self.lent)
        return max(own, self.as_twin) + self.lifted - self.behind

    @property
    def why(self) -> dict[str, float]:
        """What gave the score: the two legs always, the rest where it counts."""
        further = {"lent": self.lent, "neighbour": self.drawn, "twin": self.as_twin, "document": self.lifted}
        found = {"dense": self.dense, "lexical": self.lexical}
        found |= {name: value for name, value in further.items() if value > 0}
        if self.behind:
            found["rival"] = -self.behind
        return {name: round(value, 4) for name, value in found.items()}


def chance_rank(passages: int) -> int:
    """How many of a language's passages match a question's words by chance; its square root grows with the corpus."""
    return max(LEAST_CHANCE_RANK, math.isqrt(passages))


def lexical_surplus(scores: Sequence[float], by_chance: float, terms: int, corpus: int) -> list[float]:
    """BM25 scores of one language's leg as the share of a complete match that chance does not explain.

    `by_chance` is the score at the language's chance rank, 0 where fewer passages match; `terms` the distinct terms of
    the query and `corpus` the passages that the index's IDF was counted on. A term's weight is at most
    log(1 + corpus / 1.5), the IDF of one that occurs once.
    """
    complete = max(terms, 1) * math.log(1 + max(corpus, 1) / 1.5)
    return [min(1.0, max(0.0, score - by_chance) / complete) for score in scores]


def with_loans(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each with what it is lent of the lexical evidence of other languages."""
    languages = {candidate.passage.language for candidate in candidates}
    if len(languages) < 2:
        return list(candidates)
    others = {language: _of_others(candidates, language) for language in languages}
    return [replace(candidate, lent=_lent(candidate, others[candidate.passage.language])) for candidate in candidates]


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """By descending score; ties by id, so that the same index always answers the same."""
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.passage.id))


def _of_others(candidates: Sequence[Candidate], language: Language) -> tuple[float, float]:
    """The closest meaning and the strongest lexical evidence among the candidates of other languages."""
    others = [candidate for candidate in candidates if candidate.passage.language != language]
    return max(other.dense for other in others), max(other.lexical for other in others)


def _lent(candidate: Candidate, others: tuple[float, float]) -> float:
    closest, evidence = others
    behind = closest - candidate.dense - AS_CLOSE
    return evidence * min(1.0, max(0.0, 1 - behind / LENDING_RAMP))

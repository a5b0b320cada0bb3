"""The searches that a question makes in the index, for each language its own, and what is read off their hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.documents import Language
from rag.index.passage_index import Hit, Leg, Scope, SparseTerms
from rag.retrieval.centres import Centres
from rag.retrieval.corpora import Corpus
from rag.retrieval.fusion import LEAST_CHANCE_RANK, Candidate, chance_rank, lexical_surplus

LEXICAL_HITS = LEAST_CHANCE_RANK
"""Lexical hits of each language that are looked at. One further down stands out from chance by little, so that it is
shown only for its meaning, and then a dense leg finds it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index is asked it: a centred vector of length 1 and lexical terms."""

    vector: np.ndarray
    terms: SparseTerms


@dataclass(frozen=True, slots=True)
class LanguageLegs:
    """The legs of one language: by meaning, by words, and what words give by chance."""

    language: Language
    dense: Leg
    lexical: Leg | None
    chance: Leg | None

    def __iter__(self) -> Iterator[Leg]:
        yield from (leg for leg in (self.dense, self.lexical, self.chance) if leg is not None)


def legs_of(query: Query, passages: Mapping[Language, int], scope: Scope, candidates: int) -> list[LanguageLegs]:
    """The legs of each language that `passages` counts any of, with `candidates` hits by meaning."""
    made = []
    for language, count in passages.items():
        narrow = replace(scope, language=language)
        dense = Leg(query.vector, candidates, narrow)
        lexical = Leg(query.terms, LEXICAL_HITS, narrow, with_vectors=True) if query.terms.ids else None
        rank = chance_rank(count)
        chance = Leg(query.terms, 1, narrow, offset=rank - 1) if query.terms.ids and rank > LEXICAL_HITS else None
        made.append(LanguageLegs(language, dense, lexical, chance))
    return made


def read(legs: Sequence[LanguageLegs], found: Sequence[Sequence[Hit]], query: Query, corpus: Corpus) -> list[Candidate]:
    """The candidates that the legs found, each once; `found` has the hits of all legs in their order."""
    remaining = iter(found)
    candidates: list[Candidate] = []
    for of_language in legs:
        dense = next(remaining)
        lexical = next(remaining) if of_language.lexical else ()
        chance = next(remaining) if of_language.chance else lexical[LEXICAL_HITS - 1 :]
        candidates += _of_language(of_language.language, _Hits(dense, lexical, chance), query, corpus)
    return candidates


@dataclass(frozen=True, slots=True)
class _Hits:
    """What one language's legs found; of `chance`, the first is the hit at the chance rank, if so many match."""

    dense: Sequence[Hit]
    lexical: Sequence[Hit]
    chance: Sequence[Hit]

    @property
    def by_chance(self) -> float:
        return self.chance[0].score if self.chance else 0.0


def _of_language(language: Language, hits: _Hits, query: Query, corpus: Corpus) -> list[Candidate]:
    passages = {hit.passage.id: hit.passage for hit in (*hits.dense, *hits.lexical)}
    lexical_scores = [hit.score for hit in hits.lexical]
    shares = lexical_surplus(lexical_scores, hits.by_chance, len(query.terms.ids), corpus.everything)
    surplus = {hit.passage.id: share for hit, share in zip(hits.lexical, shares, strict=True)}
    dots = {hit.passage.id: hit.score for hit in hits.dense}
    dots |= {hit.passage.id: float(hit.vector @ query.vector) for hit in hits.lexical if hit.vector is not None}
    closeness = corpus.centres.closeness(np.array(list(dots.values())), query.vector, language)
    return [
        Candidate(passages[passage_id], float(close), surplus.get(passage_id, 0.0))
        for passage_id, close in zip(dots, closeness, strict=True)
    ]


def twin_legs(vector: np.ndarray, languages: Sequence[Language], scope: Scope, limit: int) -> list[Leg]:
    """Searches of other languages for what says the same as a passage, by its centred vector."""
    return [Leg(vector, limit, replace(scope, language=language)) for language in languages]


def closeness_of(hits: Sequence[Hit], query: np.ndarray, language: Language, centres: Centres) -> dict[str, float]:
    """Centred cosines of a dense leg's hits."""
    scores = centres.closeness(np.array([hit.score for hit in hits]), query, language)
    return {hit.passage.id: float(score) for hit, score in zip(hits, scores, strict=True)}

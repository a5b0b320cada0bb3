"""The same said in the other language: found by the best passage rather than by the question.

Where documents exist in two languages, a question's own passages crowd out their translations, which are no worse an
answer. A passage that says what the best one says, as far as the embedder tells, gets that share of its score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.documents import Language, Passage
from rag.index.passage_index import PassageIndex, Scope
from rag.retrieval.corpora import Corpus
from rag.retrieval.fusion import Candidate
from rag.retrieval.legs import closeness_of, twin_legs

MOST_TWINS = 5
"""Passages of each other language that are looked at."""

SAME = 0.5
"""Centred cosine from which two passages say the same. On dev, 19 in 20 translations reach it, and of the closest other
passages one in four."""


class Twins:
    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    async def told(self, candidates: Sequence[Candidate], corpus: Corpus, scope: Scope) -> list[Candidate]:
        """The candidates, those in other languages than the best told how much they say the same. One more index
        request, where the collection holds several languages.
        """
        best = max(candidates, key=lambda candidate: candidate.score, default=None)
        if best is None or len(corpus.by_language) < 2:
            return list(candidates)
        similar = await self._similar(best.passage, corpus, scope)
        return [
            replace(candidate, as_twin=best.score * similar[candidate.passage.id])
            if candidate.passage.id in similar
            else candidate
            for candidate in candidates
        ]

    async def _similar(self, passage: Passage, corpus: Corpus, scope: Scope) -> dict[str, float]:
        """Centred cosines of the passages in other languages that are closest to this one, by id."""
        vectors = await self._index.vectors([passage.id])
        if passage.id not in vectors:  # taken away since it was found
            return {}
        vector = corpus.centres.passage(vectors[passage.id][None, :], passage.language)[0]
        languages: list[Language] = [language for language in corpus.by_language if language != passage.language]
        found = await self._index.search(twin_legs(vector, languages, scope, MOST_TWINS))
        similar: dict[str, float] = {}
        for language, hits in zip(languages, found, strict=True):
            similar |= closeness_of(hits, vector, language, corpus.centres)
        return {passage_id: cosine for passage_id, cosine in similar.items() if cosine >= SAME}

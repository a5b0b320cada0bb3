"""From a question to the passages that may answer it, in whichever language they are written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.documents import Language, ScoredPassage
from rag.index.filters import EVERYTHING, Filter
from rag.index.lexical import encode_query
from rag.index.passage_index import PassageIndex, Scope
from rag.retrieval.balance import balanced
from rag.retrieval.centres import Centres
from rag.retrieval.corpora import Corpora, Corpus, LiveVersions
from rag.retrieval.coverage import covering
from rag.retrieval.fusion import Candidate, best_first, with_loans
from rag.retrieval.legs import Query, legs_of, read
from rag.retrieval.narrowing import narrowed, nothing_passes
from rag.retrieval.neighbours import drawn_to_neighbours
from rag.retrieval.rerank_stage import Reranked, RerankStage
from rag.retrieval.rivals import behind_rivals
from rag.retrieval.twins import Twins
from rag.settings import RetrievalSettings
from rag.store.document_store import DocumentStore
from rag.store.listings import LiveVersion
from rag.store.parsed_documents import ParsedDocuments
from rag.text.language import detect_language
from rag.text.terms import lexical_terms

EmbedQuery = Callable[[str], Awaitable[np.ndarray]]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What retrieval found for a question. `searched` counts the passages it could choose from; `notices` are for the
    reader, in the language of the question.
    """

    question: str
    language: Language
    passages: tuple[ScoredPassage, ...]
    query_vector: np.ndarray
    centres: Centres
    searched: int
    seconds: float
    notices: tuple[str, ...] = ()


class Retriever:
    def __init__(
        self,
        index: PassageIndex,
        documents: DocumentStore,
        texts: ParsedDocuments,
        embed_query: EmbedQuery,
        priors: Centres,
        settings: RetrievalSettings,
        reranking: RerankStage | None = None,
    ) -> None:
        self._index = index
        self._texts = texts
        self._embed_query = embed_query
        self._settings = settings
        self._reranking = reranking
        self._corpora = Corpora(documents, priors)
        self._live = LiveVersions(documents)
        self._twins = Twins(index)

    async def retrieve(
        self,
        question: str,
        *,
        collection: str | None = None,
        limit: int | None = None,
        filter: Filter = EVERYTHING,
        language: Language | None = None,
    ) -> Retrieval:
        """The best passages of live versions, best first; none when nothing in the collection passes the filter.

        `language` is that of the question where more is known of it than its own words tell.
        """
        started = time.perf_counter()
        language = language or detect_language(question, default="en")
        vector, corpus = await asyncio.gather(self._embed_query(question), self._corpora.get(collection))
        left = await narrowed(self._index, corpus.by_language, collection, filter)
        if corpus.by_language and not left:
            elapsed = time.perf_counter() - started
            return Retrieval(question, language, (), vector, corpus.centres, 0, elapsed, (nothing_passes(language),))
        corpus = replace(corpus, by_language=left)
        wanted = limit or self._settings.passages
        query = Query(corpus.centres.query(vector, language), encode_query(lexical_terms(question)))
        scope = Scope(collection=collection, filter=filter)
        live, candidates = await self._candidates(
            question, query, corpus, scope, max(self._settings.candidates, wanted)
        )
        found = await self._reranked(question, language, candidates, live, wanted)
        elapsed = time.perf_counter() - started
        return Retrieval(
            question, language, found.passages, vector, corpus.centres, corpus.passages, elapsed, found.notices
        )

    async def _candidates(
        self, question: str, query: Query, corpus: Corpus, scope: Scope, wanted: int
    ) -> tuple[Mapping[str, LiveVersion], list[Candidate]]:
        """What the legs found of live versions, these by id and the candidates best first."""
        legs = legs_of(query, corpus.by_language, scope, wanted)
        found = await self._index.search([leg for of_language in legs for leg in of_language]) if legs else []
        candidates = read(legs, found, query, corpus)
        live = await self._live.among({each.passage.version_id for each in candidates}, corpus.generation)
        candidates = [candidate for candidate in candidates if candidate.passage.version_id in live]
        if "rivals" in self._settings.signals:
            candidates = await behind_rivals(question, candidates, live, self._read)
        return live, await self._ranked(candidates, corpus, scope)

    async def _ranked(self, candidates: list[Candidate], corpus: Corpus, scope: Scope) -> list[Candidate]:
        """The candidates best first, by the legs and by what the settings want to count beside them."""
        signals = self._settings.signals
        if "loans" in signals:
            candidates = with_loans(candidates)
        if "twins" in signals:
            candidates = await self._twins.told(candidates, corpus, scope)
        if "balance" in signals:
            candidates = balanced(candidates)
        return drawn_to_neighbours(candidates) if "neighbours" in signals else best_first(candidates)

    async def _reranked(
        self,
        question: str,
        language: Language,
        candidates: Sequence[Candidate],
        live: Mapping[str, LiveVersion],
        wanted: int,
    ) -> Reranked:
        if self._reranking is None:
            shown = await self._shown(candidates[:wanted], live)
            if "coverage" in self._settings.signals:
                shown = await asyncio.to_thread(covering, question, shown)
            return Reranked(shown)
        shown = await self._shown(candidates[: max(wanted, self._reranking.depth)], live)
        found = await self._reranking.rerank(question, language, shown)
        return replace(found, passages=found.passages[:wanted])

    async def _shown(
        self, candidates: Sequence[Candidate], live: Mapping[str, LiveVersion]
    ) -> tuple[ScoredPassage, ...]:
        """Candidates of live versions with their texts and ranks."""
        texts = await self._read({candidate.passage.version_id for candidate in candidates})
        return tuple(
            _scored(candidate, rank, live[candidate.passage.version_id], texts[candidate.passage.version_id])
            for rank, candidate in enumerate(candidates, start=1)
        )

    async def _read(self, version_ids: Collection[str]) -> dict[str, str]:
        """The texts of versions by id, read at once."""
        return dict(zip(version_ids, await asyncio.gather(*map(self._texts.text, version_ids)), strict=True))


def _scored(candidate: Candidate, rank: int, version: LiveVersion, text: str) -> ScoredPassage:
    passage = candidate.passage
    return ScoredPassage(
        passage, passage.span.of(text), version.title, version.uri, candidate.score, rank, candidate.why
    )

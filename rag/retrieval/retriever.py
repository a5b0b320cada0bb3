"""From a question to the passages that may answer it, in whichever language they are written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.documents import LANGUAGES, Language, ScoredPassage
from rag.index.filters import EVERYTHING, Filter
from rag.index.lexical import encode_query
from rag.index.passage_index import Hit, Leg, PassageIndex, Scope, SparseTerms
from rag.retrieval.centres import Centres
from rag.retrieval.fusion import Candidate, chance_rank, fuse, lexical_surplus
from rag.retrieval.narrowing import narrowed, nothing_passes
from rag.retrieval.rerank_stage import Reranked, RerankStage
from rag.settings import RetrievalSettings
from rag.store.document_store import DocumentStore
from rag.store.listings import LiveVersion
from rag.store.parsed_documents import ParsedDocuments
from rag.store.vector_sums import VectorSum
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
        self._documents = documents
        self._texts = texts
        self._embed_query = embed_query
        self._settings = settings
        self._reranking = reranking
        self._corpora = _Corpora(documents, priors)

    async def retrieve(
        self, question: str, *, collection: str | None = None, limit: int | None = None, filter: Filter = EVERYTHING
    ) -> Retrieval:
        """The best passages of live versions, best first; none when nothing in the collection passes the filter."""
        started = time.perf_counter()
        language = detect_language(question, default="en")
        vector, corpus = await asyncio.gather(self._embed_query(question), self._corpora.get(collection))
        left = await narrowed(self._index, corpus.by_language, collection, filter)
        if corpus.by_language and not left:
            elapsed = time.perf_counter() - started
            return Retrieval(question, language, (), vector, corpus.centres, 0, elapsed, (nothing_passes(language),))
        corpus = replace(corpus, by_language=left)
        wanted = limit or self._settings.passages
        scope = Scope(collection=collection, filter=filter)
        candidates = await self._candidates(question, vector, language, corpus, scope, wanted)
        found = await self._reranked(question, language, candidates, wanted)
        elapsed = time.perf_counter() - started
        return Retrieval(
            question, language, found.passages, vector, corpus.centres, corpus.passages, elapsed, found.notices
        )

    async def _candidates(
        self,
        question: str,
        vector: np.ndarray,
        language: Language,
        corpus: _Corpus,
        scope: Scope,
        wanted: int,
    ) -> list[Candidate]:
        terms = encode_query(lexical_terms(question))
        query = corpus.centres.query(vector, language)
        legs = self._legs(query, terms, corpus, scope, max(self._settings.candidates, wanted))
        found = await self._index.search([leg for _, leg in legs]) if legs else []
        dense: dict[str, float] = {}
        lexical: dict[str, float] = {}
        for (of_language, leg), hits in zip(legs, found, strict=True):
            dense |= _centred_cosines(hits, query, corpus.centres, of_language)
            if isinstance(leg.query, SparseTerms):
                rank = chance_rank(corpus.by_language[of_language])
                surplus = lexical_surplus([hit.score for hit in hits], rank, len(terms.ids), corpus.everything)
                lexical |= {hit.passage.id: share for hit, share in zip(hits, surplus, strict=True)}
        return fuse(dense, lexical, (hit.passage for hits in found for hit in hits))

    def _legs(
        self, query: np.ndarray, terms: SparseTerms, corpus: _Corpus, scope: Scope, candidates: int
    ) -> list[tuple[Language, Leg]]:
        """A dense and a lexical leg for each language that the collection holds."""
        legs: list[tuple[Language, Leg]] = []
        for language, count in corpus.by_language.items():
            narrow = replace(scope, language=language)
            legs.append((language, Leg(query, candidates, narrow, with_vectors=True)))
            if terms.ids:
                legs.append((language, Leg(terms, chance_rank(count), narrow, with_vectors=True)))
        return legs

    async def _reranked(
        self, question: str, language: Language, candidates: Sequence[Candidate], wanted: int
    ) -> Reranked:
        if self._reranking is None:
            return Reranked(await self._shown(candidates, wanted))
        shown = await self._shown(candidates, max(wanted, self._reranking.depth))
        found = await self._reranking.rerank(question, language, shown)
        return replace(found, passages=found.passages[:wanted])

    async def _shown(self, candidates: Sequence[Candidate], limit: int) -> tuple[ScoredPassage, ...]:
        """The first `limit` candidates of live versions, with their texts."""
        live = await self._documents.live({candidate.passage.version_id for candidate in candidates})
        kept = [candidate for candidate in candidates if candidate.passage.version_id in live][:limit]
        return tuple([await self._scored(candidate, rank, live) for rank, candidate in enumerate(kept, start=1)])

    async def _scored(self, candidate: Candidate, rank: int, live: Mapping[str, LiveVersion]) -> ScoredPassage:
        passage = candidate.passage
        version = live[passage.version_id]
        text = (await self._texts.get(passage.version_id)).text
        why = {"dense": round(candidate.dense, 4), "lexical": round(candidate.lexical, 4)}
        return ScoredPassage(passage, passage.span.of(text), version.title, version.uri, candidate.score, rank, why)


def _centred_cosines(hits: Sequence[Hit], query: np.ndarray, centres: Centres, language: Language) -> dict[str, float]:
    """Exact scores of what a leg found: the index orders by raw vectors, and the means move with the corpus."""
    if not hits:
        return {}
    vectors = np.stack([hit.vector for hit in hits if hit.vector is not None])
    scores = centres.passage(vectors, language) @ query
    return {hit.passage.id: float(score) for hit, score in zip(hits, scores, strict=True)}


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What a search needs to know of a collection: its passages per language and their means."""

    by_language: Mapping[Language, int]
    centres: Centres
    everything: int
    """Passages of all collections: the index counts its IDF over them."""

    @property
    def passages(self) -> int:
        return sum(self.by_language.values())


class _Corpora:
    """Collections as searches know them, read again when anything was published or deleted."""

    def __init__(self, documents: DocumentStore, priors: Centres) -> None:
        self._documents = documents
        self._priors = priors
        self._known: dict[str | None, tuple[int, _Corpus]] = {}

    async def get(self, collection: str | None) -> _Corpus:
        # Looked up before it is read: a publication in between then shows as a newer generation at the next look.
        generation = await self._documents.generation()
        read_at, known = self._known.get(collection, (None, None))
        if known is not None and read_at == generation:
            return known
        corpus = await self._read(collection)
        if corpus.passages:  # names that people make up would fill the memory
            self._known[collection] = (generation, corpus)
        return corpus

    async def _read(self, collection: str | None) -> _Corpus:
        sums = await self._documents.language_means(collection)
        everything = sums if collection is None else await self._documents.language_means()
        present = {language: sums[language].count for language in LANGUAGES if _counted(sums, language)}
        centres = self._priors.refined({language: sums[language] for language in present})
        return _Corpus(present, centres, sum(seen.count for seen in everything.values()))


def _counted(sums: Mapping[Language, VectorSum], language: Language) -> bool:
    return language in sums and sums[language].count > 0

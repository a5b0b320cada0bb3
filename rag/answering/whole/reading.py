"""A whole live document as answering wants it: its passages in reading order, with their vectors."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

from rag.documents import Document, DocumentVersion, Language, ScoredPassage
from rag.errors import DocumentNotLive
from rag.index.filters import EVERYTHING, Filter
from rag.index.passage_index import Hit, Leg, PassageIndex, Scope
from rag.models.embedding import Vectors
from rag.retrieval.centres import Centres
from rag.retrieval.corpora import Corpora
from rag.retrieval.retriever import Retrieval
from rag.store.document_store import DocumentStore
from rag.store.listings import DocumentListing
from rag.store.parsed_documents import ParsedDocuments


@dataclass(frozen=True, slots=True)
class WholeDocument:
    """A document's live version. `vectors` are those of its passages, centred, of shape (n, dimension)."""

    document: Document
    version: DocumentVersion
    passages: tuple[ScoredPassage, ...]
    vectors: Vectors
    centres: Centres

    @property
    def centre(self) -> np.ndarray:
        """What the document speaks of on the whole, shape (dimension,), of length 1; zero where it has no passage."""
        if not len(self.vectors):
            return np.zeros(self.vectors.shape[-1], np.float32)
        mean = self.vectors.mean(0)
        centre: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return centre

    def as_found(self, passages: tuple[ScoredPassage, ...], language: Language, question: str = "") -> Retrieval:
        """Some of its passages as if a question, written in `language`, had found them."""
        return Retrieval(question, language, passages, self.centre, self.centres, len(self.passages), 0.0)


class WholeDocuments:
    def __init__(self, documents: DocumentStore, texts: ParsedDocuments, index: PassageIndex, corpora: Corpora) -> None:
        self._documents = documents
        self._texts = texts
        self._index = index
        self._corpora = corpora

    async def read(self, document_id: str, filter: Filter = EVERYTHING) -> WholeDocument:
        """The document as far as its passages pass the filter.

        Raises DocumentNotFound; what kept the document from going live, or DocumentNotLive.
        """
        listing = await self._documents.document(document_id)
        version = _live(listing)
        hits, corpus = await asyncio.gather(
            self._hits(document_id, version, filter), self._corpora.get(listing.document.collection)
        )
        text = (await self._texts.get(version.id)).text
        passages = tuple(_scored(hit, listing.document, text, rank) for rank, hit in enumerate(hits, start=1))
        rows = [
            corpus.centres.passage(hit.vector[None, :], hit.passage.language)[0]
            for hit in hits
            if hit.vector is not None
        ]
        vectors = np.stack(rows) if rows else np.empty((0, self._corpora.dimension), np.float32)
        return WholeDocument(listing.document, version, passages, vectors, corpus.centres)

    async def _hits(self, document_id: str, version: DocumentVersion, filter: Filter) -> list[Hit]:
        """All passages of a version, in reading order; while another is being published, the index holds both."""
        scope = Scope(document_ids=(document_id,), filter=filter)
        anything = np.ones(self._corpora.dimension, np.float32)
        limit = max(1, await self._index.count(scope))
        (found,) = await self._index.search([Leg(anything, limit, scope, with_vectors=True)])
        return sorted((hit for hit in found if hit.passage.version_id == version.id), key=lambda hit: hit.passage.span)


def _live(listing: DocumentListing) -> DocumentVersion:
    if listing.version is not None:
        return listing.version
    if listing.job is not None and listing.job.failure is not None:
        raise listing.job.failure
    raise DocumentNotLive(document_id=listing.document.id)


def _scored(hit: Hit, document: Document, text: str, rank: int) -> ScoredPassage:
    return ScoredPassage(hit.passage, hit.passage.span.of(text), document.title, document.uri, 0.0, rank)

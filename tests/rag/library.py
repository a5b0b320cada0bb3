"""A few small documents in the real stores and the real embedded index, for tests of retrieval and answering.

What ingestion does with files is done by hand: a document is given as its lines, and each line is a passage.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.answering.answerer import Answerer
from rag.answering.calibration import Calibration
from rag.answering.citing import Citer
from rag.answering.conflicts import Conflicts
from rag.answering.filling import ContextFiller
from rag.answering.whole.comparer import Comparer
from rag.answering.whole.reading import WholeDocuments
from rag.answering.whole.summarizer import Summarizer
from rag.documents import LANGUAGES, Element, ElementKind, Language, Page, ParsedDocument, Passage, Span
from rag.index.attributes import Attributes
from rag.index.edge import EdgePassageIndex
from rag.index.lexical import encode_passage
from rag.index.passage_index import IndexedPassage
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel
from rag.models.embedding import Embedder
from rag.retrieval.centres import Centres
from rag.retrieval.corpora import Corpora
from rag.retrieval.priors import language_priors
from rag.retrieval.retriever import Retriever
from rag.settings import AnsweringSettings, RetrievalSettings, Settings
from rag.store.factory import Stores, open_stores
from rag.store.parsed_documents import ParsedDocuments
from rag.store.submissions import NewDocument
from rag.store.vector_sums import VectorSum
from rag.text.language import detect_language
from rag.text.terms import lexical_terms

CALIBRATION = Calibration(evidence_threshold=0.17, support_threshold=0.66)
"""For HashEmbedder, to which only shared words are close. Written out, so that fitting the defaults anew does not
change what these tests say."""


@dataclass(frozen=True, slots=True)
class Library:
    stores: Stores
    parsed: ParsedDocuments
    index: EdgePassageIndex
    batcher: EmbeddingBatcher
    priors: Centres

    async def add(self, uri: str, text: str, *, publish: bool = True, **how: Any) -> str:
        """A document whose passages are its lines; the id of its version."""
        new = _new_document(uri, text, collection=how.get("collection", "default"), title=how.get("title", uri))
        submission = await self.stores.documents.submit(new)
        assert submission.job is not None
        job = submission.job
        pages = tuple(Page(n, span, 595, 842) for n, span in enumerate(_lines(text), start=1)) if "paged" in how else ()
        elements = tuple(Element(ElementKind.PARAGRAPH, span) for span in _lines(text))
        await self.parsed.put(job.version_id, ParsedDocument(text, elements, pages), how.get("geometry"))
        passages = [_passage(job.version_id, job.document_id, new, span, text) for span in _lines(text)]
        sums = await self._index(passages, text, Attributes(new.media_type, how.get("metadata", {})))
        if publish:
            await self.stores.documents.publish(
                job.id,
                job.version_id,
                passages=len(passages),
                characters=len(text),
                pages=len(pages),
                language=detect_language(text),
                parser="1",
                warnings=(),
                sums=sums,
                title=new.title,
            )
        return job.version_id

    async def _index(self, passages: list[Passage], text: str, attributes: Attributes) -> dict[Language, VectorSum]:
        shown = [f"{passage.context}\n{passage.span.of(text)}" for passage in passages]
        vectors = await self.batcher.embed_passages(shown)
        terms = [encode_passage(lexical_terms(one)) for one in shown]
        await self.index.upsert(
            [IndexedPassage(*row, attributes) for row in zip(passages, vectors, terms, strict=True)]
        )
        sums = {}
        for language in LANGUAGES:
            rows = [row for row, passage in enumerate(passages) if passage.language == language]
            if rows:
                sums[language] = VectorSum(len(rows), vectors[rows].sum(0, dtype="float64"))
        return sums

    def retriever(self, **settings: Any) -> Retriever:
        chosen = RetrievalSettings(**settings)
        documents = self.stores.documents
        return Retriever(self.index, documents, self.parsed, self.batcher.embed_query, self.priors, chosen)

    def answerer(self, chat: ChatModel | None, *, chat_timeout_s: float = 5, **settings: Any) -> Answerer:
        chosen = AnsweringSettings(**{"judge": True} | settings)
        citer = Citer(self.parsed)
        conflicts = Conflicts(self.stores.documents, self.batcher, citer)
        threshold = CALIBRATION.evidence_threshold if chosen.evidence_threshold is None else chosen.evidence_threshold
        calibration = replace(CALIBRATION, evidence_threshold=threshold)
        filler = ContextFiller(self.whole_documents(), self.batcher.embedder.count_tokens)
        return Answerer(
            self.retriever(), self.batcher, chat, citer, calibration, chosen, chat_timeout_s, conflicts, filler=filler
        )

    def whole_documents(self) -> WholeDocuments:
        corpora = Corpora(self.stores.documents, self.priors)
        return WholeDocuments(self.stores.documents, self.parsed, self.index, corpora)

    def summarizer(self, chat: ChatModel | None, *, chat_timeout_s: float = 5, **settings: Any) -> Summarizer:
        chosen = AnsweringSettings(**settings)
        citer = Citer(self.parsed)
        return Summarizer(self.whole_documents(), self.batcher, chat, citer, CALIBRATION, chosen, chat_timeout_s)

    def comparer(self, chat: ChatModel | None, *, chat_timeout_s: float = 5, **settings: Any) -> Comparer:
        chosen = AnsweringSettings(**settings)
        citer = Citer(self.parsed)
        return Comparer(self.whole_documents(), self.batcher, chat, citer, CALIBRATION, chosen, chat_timeout_s)


@asynccontextmanager
async def opened_library(folder: Path, embedder: Embedder) -> AsyncIterator[Library]:
    stores = await open_stores(Settings(data_dir=folder), folder)
    index = EdgePassageIndex(folder / "index")
    await index.open(embedder.identity)
    priors = await language_priors(embedder, stores.blobs)
    async with EmbeddingBatcher(embedder) as batcher:
        yield Library(stores, ParsedDocuments(stores.blobs), index, batcher, priors)
    await index.close()
    await stores.close()


def _new_document(uri: str, text: str, *, collection: str, title: str) -> NewDocument:
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    return NewDocument(
        collection=collection,
        uri=uri,
        title=title,
        media_type="text/plain",
        content_hash=content_hash,
        blob_key=f"originals/{content_hash}",
        size_bytes=len(text.encode()),
        name=uri,
        parser_version="1",
    )


def _passage(version_id: str, document_id: str, new: NewDocument, span: Span, text: str) -> Passage:
    # The index wants UUIDs: the version's own, with the passage's place in its last digits.
    name = f"{version_id[:-6]}{span.start:06x}"
    return Passage(
        name, document_id, version_id, new.collection, span, new.title, detect_language(span.of(text)),
        (ElementKind.PARAGRAPH,),
    )  # fmt: skip


def _lines(text: str) -> list[Span]:
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    return [span for span in spans if span.end > span.start]

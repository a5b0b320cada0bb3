"""Haystack in memory: BM25, embeddings, and both joined by reciprocal rank fusion.

The passages are those of SentenceSplitter, since Haystack's own splitters count words between spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.baselines.llama_index_systems import split
from benchmarks.baselines.system import PASSAGES, Found
from rag.evaluation.datasets import CorpusDocument
from rag.models.embedding import Embedder

Mode = Literal["bm25", "hybrid"]


class HaystackSystem:
    def __init__(self, embedder: Embedder, mode: Mode) -> None:
        self._embedder = embedder
        self._mode = mode
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine", shared=False)
        self._words = InMemoryBM25Retriever(self._store, top_k=PASSAGES)
        self._meaning = InMemoryEmbeddingRetriever(self._store, top_k=PASSAGES)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=PASSAGES)

    def index(self, documents: Sequence[CorpusDocument]) -> None:
        nodes = split(documents)
        texts = [f"{node.metadata['title']}\n{node.get_content()}" for node in nodes]
        vectors = self._embedder.embed_passages(texts).tolist() if self._mode == "hybrid" else [None] * len(texts)
        self._store.write_documents(
            [
                Document(content=text, embedding=vector, meta={"document": node.ref_doc_id, "text": node.get_content()})
                for node, text, vector in zip(nodes, texts, vectors, strict=True)
            ]
        )

    def search(self, question: str) -> list[Found]:
        found = self._words.run(query=question)["documents"]
        if self._mode == "hybrid":
            vector = self._embedder.embed_queries([question])[0].tolist()
            found = self._joiner.run(documents=[found, self._meaning.run(query_embedding=vector)["documents"]])[
                "documents"
            ]
        return [Found(each.meta["document"], each.meta["text"]) for each in found]

    def close(self) -> None:
        """Nothing but memory."""

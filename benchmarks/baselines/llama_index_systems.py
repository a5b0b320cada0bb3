"""The usual path of LlamaIndex: SentenceSplitter, QdrantVectorStore, and the latter's hybrid mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode
from llama_index.vector_stores.qdrant import QdrantVectorStore
from pydantic import PrivateAttr
from qdrant_client import QdrantClient

from benchmarks.baselines.system import PASSAGES, Found, Unavailable
from rag.evaluation.datasets import CorpusDocument
from rag.models.embedding import Embedder

CHUNK_TOKENS = 256
"""With which it finds more of DRAGONBall's evidence in the first 1,000 words than as it comes."""
_SPARSE_MODEL = "Qdrant/bm25"


def split(documents: Sequence[CorpusDocument]) -> list[BaseNode]:
    """Nodes with the document's id and title; the title is embedded with them, as LlamaIndex does with metadata."""
    whole = [
        Document(
            text=document.text,
            doc_id=document.id,
            metadata={"title": document.title},
        )
        for document in documents
    ]
    nodes: list[BaseNode] = SentenceSplitter(chunk_size=CHUNK_TOKENS).get_nodes_from_documents(whole)
    return nodes


class LentEmbedding(BaseEmbedding):  # type: ignore[misc]
    """Our embedder with its prefixes, so that all systems have the same vectors."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embed_batch_size=64)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([query])[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors


class LlamaIndexSystem:
    """`hybrid` adds BM25 by fastembed to the store, whose word lists it fetches when it is first used."""

    def __init__(self, embedder: Embedder, *, hybrid: bool) -> None:
        self._embedder = LentEmbedding(embedder)
        self._hybrid = hybrid
        self._retriever: Any = None

    def index(self, documents: Sequence[CorpusDocument]) -> None:
        store = self._store()
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(split(documents), storage_context=context, embed_model=self._embedder)
        mode = {"vector_store_query_mode": "hybrid", "sparse_top_k": PASSAGES} if self._hybrid else {}
        self._retriever = index.as_retriever(similarity_top_k=PASSAGES, **mode)

    def search(self, question: str) -> list[Found]:
        return [Found(found.node.ref_doc_id, found.node.get_content()) for found in self._retriever.retrieve(question)]

    def close(self) -> None:
        """Nothing but memory."""

    def _store(self) -> QdrantVectorStore:
        client = QdrantClient(":memory:")
        if not self._hybrid:
            return QdrantVectorStore(client=client, collection_name="baseline")
        try:
            return QdrantVectorStore(
                client=client, collection_name="baseline", enable_hybrid=True, fastembed_sparse_model=_SPARSE_MODEL
            )
        except Exception as error:  # whatever fastembed, its hub or the network raise
            raise Unavailable(f"{_SPARSE_MODEL} cannot be loaded: {type(error).__name__}: {error}") from error

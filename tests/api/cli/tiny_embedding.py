"""A LlamaIndex embedding without weights, so that a process can be told by its settings alone to use none."""

from __future__ import annotations

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.testing import HashEmbedder


class TinyEmbedding(BaseEmbedding):
    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        (row,) = HashEmbedder().embed_passages([text]).tolist()
        return list(row)

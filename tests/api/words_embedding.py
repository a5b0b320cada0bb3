"""A LlamaIndex embedding without weights, which settings can name by its path: for processes that nobody can patch."""

from __future__ import annotations

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.testing import HashEmbedder


class WordsEmbedding(BaseEmbedding):
    def _get_text_embedding(self, text: str) -> list[float]:
        vector: list[float] = HashEmbedder().embed_passages([text])[0].tolist()
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

"""An embedding without weights that settings can name by its path: where something else is under test."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.testing import HashEmbedder

_HASHES = HashEmbedder()


class HashEmbedding(BaseEmbedding):
    def _get_text_embedding(self, text: str) -> list[float]:
        vector: list[float] = _HASHES.embed_passages([text])[0].tolist()
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> Any:
        return self._get_text_embedding(query)

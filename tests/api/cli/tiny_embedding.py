"""A LlamaIndex embedding without weights: the way to a process of `chuchu` that needs no model."""

from __future__ import annotations

import time
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.testing import HashEmbedder

_HASHES = HashEmbedder()


class TinyEmbedding(BaseEmbedding):
    """`delay_s` is taken for each text that holds `slow_word`, so that there is a middle to interrupt.

    Not for every text: the language priors alone embed more than a hundred.
    """

    delay_s: float = 0.0
    slow_word: str = ""

    def _get_text_embedding(self, text: str) -> list[float]:
        if self.slow_word in text:
            time.sleep(self.delay_s)
        return _HASHES.embed_passages([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> Any:
        return self._get_text_embedding(query)

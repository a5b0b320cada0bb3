"""Embeddings from an OpenAI-compatible endpoint: vLLM, SGLang, TEI, Ollama, llama.cpp, DashScope …"""

from __future__ import annotations

from functools import cached_property

from rag.models.embedding import EmbedderIdentity
from rag.models.endpoint_embedder import EndpointEmbedder, EndpointOptions

# TEI refuses more than 32 inputs unless told otherwise.
_MOST_TEXTS = 32


class OpenAIEmbedder(EndpointEmbedder):
    """Without a given `dimension` the endpoint is asked when the identity is first wanted.

    The endpoint does not tell its revision or its token limit: `max_tokens` is what the caller believes.
    """

    def __init__(self, options: EndpointOptions, *, model: str, dimension: int = 0, max_tokens: int = 512) -> None:
        super().__init__(options, model)
        self._dimension = dimension
        self._max_tokens = max_tokens

    @cached_property
    def identity(self) -> EmbedderIdentity:
        dimension = self._dimension or self._asked_dimension()
        return EmbedderIdentity(self._model, "", dimension, self._options.query_prefix, self._options.passage_prefix)

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    @property
    def _most_texts(self) -> int:
        return _MOST_TEXTS

    def _rows(self, texts: list[str]) -> list[list[float]]:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        entries = self._endpoint.post("/embeddings", body)["data"]
        return [entry["embedding"] for entry in sorted(entries, key=lambda entry: int(entry["index"]))]

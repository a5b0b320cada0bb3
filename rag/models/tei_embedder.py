"""Embeddings from Hugging Face text-embeddings-inference, which tells what it serves."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rag.models.embedding import EmbedderIdentity
from rag.models.endpoint_embedder import EndpointEmbedder, EndpointOptions

# What the server has by default, where it does not say.
_USUAL_MOST_TEXTS = 32
_USUAL_MAX_TOKENS = 512


class TeiEmbedder(EndpointEmbedder):
    """Model, revision and limits are the server's, so that another model behind the same URL is not mistaken for it.

    `model` names it until the server has been asked. Pooling is the server's own too.
    """

    def __init__(self, options: EndpointOptions, *, model: str = "text-embeddings-inference") -> None:
        super().__init__(options, model)

    @cached_property
    def identity(self) -> EmbedderIdentity:
        model, revision = self._info.get("model_id") or self._model, self._info.get("model_sha") or ""
        prefixes = self._options.query_prefix, self._options.passage_prefix
        return EmbedderIdentity(model, revision, self._asked_dimension(), *prefixes)

    @property
    def max_tokens(self) -> int:
        return int(self._info.get("max_input_length") or _USUAL_MAX_TOKENS)

    @property
    def _most_texts(self) -> int:
        return int(self._info.get("max_client_batch_size") or _USUAL_MOST_TEXTS)

    @cached_property
    def _info(self) -> dict[str, Any]:
        info = self._endpoint.get("/info")
        if not isinstance(info, dict):
            raise self._unavailable("its /info is no object")
        return info

    def _rows(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._endpoint.post("/embed", {"inputs": texts, "truncate": True})
        return rows

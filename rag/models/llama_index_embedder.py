"""Any LlamaIndex embedding class, by its dotted path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from rag.errors import EmbedderUnavailable, SettingsInvalid
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.token_estimate import estimate_tokens
from rag.models.vectors import unit_rows

# Most classes do not tell their limit; this is that of the BERT family.
_USUAL_MAX_TOKENS = 512


class LlamaIndexEmbedder:
    """The class does the batching, and puts its own instructions before queries and passages besides our prefixes.

    Raises SettingsInvalid for a path or arguments that make no embedding, EmbedderUnavailable for whatever goes wrong
    when one is asked for.
    """

    def __init__(
        self,
        class_path: str,
        arguments: Mapping[str, Any],
        *,
        model: str,
        query_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        self._model = model
        self._prefixes = query_prefix, passage_prefix
        self._embedding = _make(class_path, arguments)

    @cached_property
    def identity(self) -> EmbedderIdentity:
        dimension = len(self._ask("get_text_embedding", "dimension"))
        return EmbedderIdentity(self._model, "", dimension, *self._prefixes)

    @property
    def max_tokens(self) -> int:
        return int(getattr(self._embedding, "max_length", None) or _USUAL_MAX_TOKENS)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        prefixed = [self.identity.passage_prefix + text for text in texts]
        return self._rows(self._ask("get_text_embedding_batch", prefixed))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._rows([self._ask("get_query_embedding", self.identity.query_prefix + text) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimate_tokens(text) for text in texts]

    def _rows(self, rows: list[list[float]]) -> Vectors:
        return unit_rows(np.reshape(rows, (len(rows), self.identity.dimension)))

    def _ask(self, method: str, argument: Any) -> Any:
        try:
            return getattr(self._embedding, method)(argument)
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise EmbedderUnavailable(model=self._model, reason=reason) from error


def _make(class_path: str, arguments: Mapping[str, Any]) -> Any:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    module, _, name = class_path.rpartition(".")
    try:
        made = getattr(import_module(module), name)(**arguments)
    except Exception as error:
        raise _invalid(f"{class_path} cannot be made: {error}") from error
    if not isinstance(made, BaseEmbedding):
        raise _invalid(f"{class_path} is not a LlamaIndex embedding")
    return made


def _invalid(reason: str) -> SettingsInvalid:
    return SettingsInvalid(source="embedding", path="embedding.class_path", reason=reason)

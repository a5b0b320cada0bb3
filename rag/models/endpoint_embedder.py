"""What embedders behind HTTP share: prefixes, batches alike in length, vectors that are checked and of length 1."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import EmbedderUnavailable
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.endpoint import Endpoint
from rag.models.token_estimate import estimate_tokens
from rag.models.vectors import length_batches, unit_rows


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How an endpoint is reached and asked. `sleep` is what waits between tries."""

    url: str
    api_key: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    batch_tokens: int = 8192
    requests_per_minute: float = 0
    timeout_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep


class EndpointEmbedder(ABC):
    """A synchronous client: callers choose the thread. Raises EmbedderUnavailable for whatever the endpoint does wrong.

    The tokenizer is the endpoint's own, so tokens are estimated.
    """

    def __init__(self, options: EndpointOptions, model: str) -> None:
        self._options = options
        self._model = model
        self._endpoint = Endpoint(
            options.url,
            api_key=options.api_key,
            timeout_s=options.timeout_s,
            requests_per_minute=options.requests_per_minute,
            unavailable=self._unavailable,
            sleep=options.sleep,
        )

    @property
    @abstractmethod
    def identity(self) -> EmbedderIdentity: ...

    @property
    @abstractmethod
    def max_tokens(self) -> int: ...

    @property
    @abstractmethod
    def _most_texts(self) -> int:
        """Texts that the endpoint takes at a time."""

    @abstractmethod
    def _rows(self, texts: list[str]) -> list[list[float]]:
        """One request. A reply of another shape raises ValueError, KeyError or TypeError."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._options.passage_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._options.query_prefix + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimate_tokens(text) for text in texts]

    def close(self) -> None:
        self._endpoint.close()

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        for batch in length_batches(self.count_tokens(texts), self._options.batch_tokens, self._most_texts):
            vectors[batch] = self._checked(self._request([texts[i] for i in batch]))
        return vectors

    def _asked_dimension(self) -> int:
        return int(self._request(["dimension"]).shape[1])

    def _checked(self, vectors: Vectors) -> Vectors:
        if vectors.shape[1] != self.identity.dimension:
            raise self._unavailable(f"its vectors have length {vectors.shape[1]}, not {self.identity.dimension}")
        return vectors

    def _request(self, texts: list[str]) -> Vectors:
        try:
            vectors = unit_rows(self._rows(texts))
        except (ValueError, KeyError, TypeError) as error:
            raise self._unavailable(f"its reply holds no embeddings ({error})") from error
        if len(vectors) != len(texts):
            raise self._unavailable(f"it sent {len(vectors)} vectors for {len(texts)} texts")
        return vectors

    def _unavailable(self, reason: str) -> EmbedderUnavailable:
        return EmbedderUnavailable(model=self._model, reason=reason)

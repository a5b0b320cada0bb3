"""Embeddings from an OpenAI-compatible endpoint: vLLM, SGLang, TEI, Ollama, llama.cpp, DashScope …"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import EmbedderUnavailable
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.token_estimate import estimate_tokens
from rag.models.vectors import length_batches, unit_rows

if TYPE_CHECKING:
    import httpx

_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_PAUSES_S = (0.5, 1.0, 2.0)
_LONGEST_PAUSE_S = 10.0
# TEI refuses more than 32 inputs unless told otherwise.
_MOST_TEXTS = 32


class OpenAIEmbedder:
    """A synchronous client: callers choose the thread. Raises EmbedderUnavailable for whatever the endpoint does wrong.

    Without a given `dimension` the endpoint is asked when the identity is first wanted. The endpoint does not tell
    its revision, its token limit or its tokenizer: `max_tokens` is what the caller believes, and tokens are estimated.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str,
        api_key: str = "",
        dimension: int = 0,
        query_prefix: str = "",
        passage_prefix: str = "",
        batch_tokens: int = 8192,
        max_tokens: int = 512,
        timeout_s: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx

        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout_s, connect=5.0),
        )
        self._url = url.rstrip("/") + "/embeddings"
        self._model = model
        self._dimension = dimension
        self._prefixes = query_prefix, passage_prefix
        self._batch_tokens = batch_tokens
        self._max_tokens = max_tokens
        self._sleep = sleep

    @cached_property
    def identity(self) -> EmbedderIdentity:
        dimension = self._dimension or self._request(["dimension"]).shape[1]
        return EmbedderIdentity(self._model, "", dimension, *self._prefixes)

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self.identity.passage_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self.identity.query_prefix + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimate_tokens(text) for text in texts]

    def close(self) -> None:
        self._client.close()

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        for batch in length_batches(self.count_tokens(texts), self._batch_tokens, _MOST_TEXTS):
            vectors[batch] = self._checked(self._request([texts[i] for i in batch]))
        return vectors

    def _checked(self, vectors: Vectors) -> Vectors:
        if vectors.shape[1] != self.identity.dimension:
            raise self._unavailable(f"its vectors have length {vectors.shape[1]}, not {self.identity.dimension}")
        return vectors

    def _request(self, texts: list[str]) -> Vectors:
        response = self._post({"model": self._model, "input": texts, "encoding_format": "float"})
        try:
            entries = sorted(response.json()["data"], key=lambda entry: int(entry["index"]))
            vectors = unit_rows([entry["embedding"] for entry in entries])
        except (ValueError, KeyError, TypeError) as error:
            raise self._unavailable(f"its reply holds no embeddings ({error})") from error
        if len(vectors) != len(texts):
            raise self._unavailable(f"it sent {len(vectors)} vectors for {len(texts)} texts")
        return vectors

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        import httpx

        for pause_s in (*_PAUSES_S, None):
            try:
                response = self._client.post(self._url, json=body)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                reason, asked_s = str(error) or type(error).__name__, None
            else:
                if response.is_success:
                    return response
                reason, asked_s = _complaint(response), _retry_after_s(response)
                if response.status_code not in _TRANSIENT:
                    break
            if pause_s is not None:
                self._sleep(min(asked_s or pause_s, _LONGEST_PAUSE_S))
        raise self._unavailable(reason)

    def _unavailable(self, reason: str) -> EmbedderUnavailable:
        return EmbedderUnavailable(model=self._model, reason=reason)


def _complaint(response: httpx.Response) -> str:
    return f"HTTP {response.status_code} {' '.join(response.text.split())[:200]}".strip()


def _retry_after_s(response: httpx.Response) -> float | None:
    """The pause that the endpoint asks for, in seconds; a date or nonsense counts as nothing."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None

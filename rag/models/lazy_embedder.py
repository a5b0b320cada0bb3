"""An embedder that loads when it is first asked, so that listing documents does not wait seconds for weights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from rag.errors import ModelUnloadable
from rag.models.embedding import Embedder, EmbedderIdentity, Vectors


class LazyEmbedder:
    """Stands in for an embedder whose identity is known beforehand, as that of the catalogue's models is."""

    def __init__(self, identity: EmbedderIdentity, max_tokens: int, load: Callable[[], Embedder]) -> None:
        self._identity = identity
        self._max_tokens = max_tokens
        self._load = load
        self._loaded: Embedder | None = None
        self._loading = threading.Lock()

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder().embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder().embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder().count_tokens(texts)

    def _embedder(self) -> Embedder:
        """Raises ModelUnloadable, also for weights that turn out to be of another identity than was promised."""
        with self._loading:
            if self._loaded is None:
                loaded = self._load()
                if loaded.identity != self._identity:
                    reason = f"it is {loaded.identity}, not {self._identity}"
                    raise ModelUnloadable(model=self._identity.model, path="-", reason=reason)
                self._loaded = loaded
            return self._loaded

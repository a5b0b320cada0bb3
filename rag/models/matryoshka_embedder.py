"""Shorter vectors of a model that was trained to put what matters most into the first numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from rag.errors import SettingsInvalid
from rag.models.embedding import Embedder, EmbedderIdentity, Vectors
from rag.models.vectors import unit_rows


class MatryoshkaEmbedder:
    """The first `dimension` numbers of another embedder's vectors, scaled to length 1 again.

    Kusupati et al., "Matryoshka Representation Learning" (2022). Of a model that was not trained so, the vectors
    are worth less. Raises SettingsInvalid for more numbers than there are.
    """

    def __init__(self, embedder: Embedder, dimension: int) -> None:
        self._embedder = embedder
        self._dimension = dimension

    @cached_property
    def identity(self) -> EmbedderIdentity:
        whole = self._embedder.identity
        if self._dimension > whole.dimension:
            reason = f"the vectors of {whole.model} have length {whole.dimension}"
            raise SettingsInvalid(source="embedding", path="embedding.truncate_dimension", reason=reason)
        return replace(whole, dimension=self._dimension)

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._cut(self._embedder.embed_passages(texts))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._cut(self._embedder.embed_queries(texts))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def _cut(self, vectors: Vectors) -> Vectors:
        return unit_rows(vectors[:, : self.identity.dimension])

"""An embedder for filling an index fast: real vectors for the first passages, lent to all that follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.models.embedding import Embedder, EmbedderIdentity, Vectors
from rag.models.vectors import unit_rows

_NOISE = 0.02  # a length of 0.4 beside the vector's 1 in 384 dimensions: about the distance of alike passages


class LentVectors:
    """Embeds the first `lenders` passages; a later one gets the vector of one of them, moved a little.

    So the vectors are as many and as real in their spread as those of a true corpus, and no two are the same, but a
    passage's vector says nothing of its text. Its identity is the real embedder's: the index is for that one.
    """

    def __init__(self, embedder: Embedder, lenders: int) -> None:
        self._embedder = embedder
        self._wanted = lenders
        self._lenders: Vectors = np.empty((0, embedder.identity.dimension), np.float32)
        self._random = np.random.default_rng(7)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        real = texts[: max(0, self._wanted - len(self._lenders))]
        if real:
            self._lenders = np.concatenate([self._lenders, self._embedder.embed_passages(real)])
        lent = self._lent(len(texts) - len(real))
        return np.concatenate([self._lenders[len(self._lenders) - len(real) :], lent])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def _lent(self, rows: int) -> Vectors:
        lenders = self._lenders[self._random.integers(len(self._lenders), size=rows)]
        return unit_rows(lenders + _NOISE * self._random.standard_normal(lenders.shape))

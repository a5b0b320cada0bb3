"""Doubles behind the real roles: deterministic, without weights or a network. For tests, ours and others'."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.vectors import unit_rows

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


class HashEmbedder:
    """Texts that share words or pairs of neighbouring characters are close; nothing else is."""

    def __init__(self, dimension: int = 256, *, max_tokens: int = 512, model: str = "hash") -> None:
        self._identity = EmbedderIdentity(model, "1", dimension)
        self._max_tokens = max_tokens

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A word is a token, and so is a Chinese character."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._identity.dimension), np.float32)
        for row, text in enumerate(texts):
            for feature in self._features(text):
                # crc32 rather than hash(): the same in every process.
                digest = zlib.crc32(feature.encode())
                vectors[row, digest % self._identity.dimension] += 1 if digest & 1 << 31 else -1
            if not vectors[row].any():
                vectors[row, 0] = 1
        return unit_rows(vectors)

    def _features(self, text: str) -> Iterator[str]:
        tokens = _TOKEN.findall(text.lower())[: self._max_tokens]
        yield from tokens
        run = "".join(tokens)
        yield from (run[i : i + 2] for i in range(len(run) - 1))

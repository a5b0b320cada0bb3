"""The role of an embedder: text in, unit vectors out. Compute is plain and synchronous; callers choose the executor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What decides a vector. Two embedders with the same identity give the same vectors, so an index keeps it."""

    model: str
    revision: str
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""


class Embedder(Protocol):
    @property
    def identity(self) -> EmbedderIdentity: ...

    @property
    def max_tokens(self) -> int:
        """The longest text that is embedded whole; the rest of a longer one is not seen."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), of length 1, in the order of the texts."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for what is searched with."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without prefixes and special tokens."""
        ...

"""The role of the passage index: keep passages with their vectors, find those closest to a query in several legs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.documents import Language, Passage
from rag.index.attributes import NO_ATTRIBUTES, Attributes
from rag.index.filters import EVERYTHING, Filter
from rag.models.embedding import EmbedderIdentity


@dataclass(frozen=True, slots=True)
class SparseTerms:
    """Lexical terms as a sparse vector: distinct, ascending term ids (32 bit) and their weights."""

    ids: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage as it goes into the index. `vector` has the embedder's dimension and length 1."""

    passage: Passage
    vector: npt.NDArray[np.float32]
    terms: SparseTerms
    attributes: Attributes = NO_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages a leg may see. None means any."""

    collection: str | None = None
    language: Language | None = None
    document_ids: tuple[str, ...] | None = None
    filter: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Leg:
    """One search: by a dense vector (dot product) or by lexical terms (BM25, IDF kept by the index).

    `offset` is how many of the best hits are passed over.
    """

    query: npt.NDArray[np.float32] | SparseTerms
    limit: int
    scope: Scope = Scope()
    with_vectors: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A found passage with the leg's raw score; `vector` is there when the leg asked for it."""

    passage: Passage
    score: float
    vector: npt.NDArray[np.float32] | None = None


class PassageIndex(Protocol):
    """Every write is visible to searches once it returned, and is idempotent. Raises IndexUnavailable."""

    async def open(self, identity: EmbedderIdentity) -> None:
        """Make the index, or open it; raises IndexModelMismatch when it was made with another embedder."""
        ...

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None: ...

    async def search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        """The hits of each leg, best first, in one request."""
        ...

    async def vectors(self, passage_ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The vectors of passages by id; those that the index does not hold are left out."""
        ...

    async def label(self, document_id: str, attributes: Attributes) -> None:
        """Give all passages of a document these attributes in place of those that they have."""
        ...

    async def delete_version(self, version_id: str) -> None: ...

    async def version_passage_ids(self, version_id: str) -> set[str]:
        """Ids of the passages that the index holds of a version."""
        ...

    async def count(self, scope: Scope = Scope()) -> int: ...

    async def optimize(self) -> None:
        """Build what makes searches of a large index fast; harmless at any time."""
        ...

    async def close(self) -> None: ...

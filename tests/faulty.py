"""The real parts with one fault each, for what must happen when a service fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.errors import IndexUnavailable
from rag.index.edge import EdgePassageIndex
from rag.index.passage_index import IndexedPassage, Scope
from rag.models.embedding import Vectors
from rag.testing import HashEmbedder


class FlakyIndex(EdgePassageIndex):
    """The embedded index, whose first `failures` upserts do not reach it."""

    def __init__(self, data_dir: Path, failures: int) -> None:
        super().__init__(data_dir / "index")
        self.failures = failures
        self.attempts = 0

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise IndexUnavailable(where="the test", reason="it is away")
        await super().upsert(passages)


class BrokenIndex(EdgePassageIndex):
    """An index that opens and then does not answer."""

    async def count(self, scope: Scope = Scope()) -> int:
        raise IndexUnavailable(where="the test", reason="it is away")


class GatedEmbedder(HashEmbedder):
    """Waits with the passages that hold the word, until it is let go on. It runs in the embedding thread."""

    def __init__(self, word: str, wait: Callable[[], object]) -> None:
        super().__init__()
        self._word = word
        self._wait = wait
        self.reached = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def watched_from(self, loop: asyncio.AbstractEventLoop) -> None:
        """`reached` is set on this loop."""
        self._loop = loop

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any(self._word in text for text in texts):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self.reached.set)
            self._wait()
        return super().embed_passages(texts)


class DefectiveEmbedder(HashEmbedder):
    """Has a bug that only texts with the word `defect` meet."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any("defect" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return super().embed_passages(texts)

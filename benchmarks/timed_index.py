"""The embedded index, timed: what a question waits for in it, all its requests together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from rag.index.edge import EdgePassageIndex
from rag.index.passage_index import Hit, Leg, Scope
from rag.models.embedding import Vectors

_spent: ContextVar[list[float] | None] = ContextVar("_spent", default=None)


@contextmanager
def index_seconds() -> Iterator[list[float]]:
    """The seconds of each request that this task makes of a `TimedIndex` meanwhile."""
    seconds: list[float] = []
    token = _spent.set(seconds)
    try:
        yield seconds
    finally:
        _spent.reset(token)


class TimedIndex(EdgePassageIndex):
    async def search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        with _timed():
            return await super().search(legs)

    async def vectors(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        with _timed():
            return await super().vectors(passage_ids)

    async def count(self, scope: Scope = Scope()) -> int:
        with _timed():
            return await super().count(scope)

    async def rewritten(self) -> None:
        """Rewrite the shard whether it is worth it or not."""
        self._deleted += await self.count()
        await self.optimize()


@contextmanager
def _timed() -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        if (seconds := _spent.get()) is not None:
            seconds.append(time.perf_counter() - started)

"""Joins what many coroutines want embedded into batches of one thread, queries first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np

from rag.errors import EmbedderUnavailable
from rag.models.embedding import Embedder, Vectors
from rag.models.last_used import LastUsed

# e5-small in bfloat16 on 2 busy cores, passages of 135 tokens: 16 at a time 21 texts/s, 0.8 s a batch; 32 at a time
# 24 texts/s, but a search then waits up to 1.3 s.
_MOST_PASSAGES = 16

# A batch of passages gets its turn even under a load of searches that never ends.
_QUERY_BATCHES_IN_A_ROW = 8

_Embed = Callable[[Sequence[str]], Vectors]


class _Wish:
    """Texts that one coroutine waits for. A long one is served over several batches."""

    def __init__(self, texts: Sequence[str], future: asyncio.Future[Vectors]) -> None:
        self._texts = texts
        self._future = future
        self._parts: list[Vectors] = []
        self._taken = 0

    @property
    def is_abandoned(self) -> bool:
        return self._future.done()

    @property
    def is_taken(self) -> bool:
        return self._taken == len(self._texts)

    def take(self, most: int) -> Sequence[str]:
        part = self._texts[self._taken : self._taken + most]
        self._taken += len(part)
        return part

    def give(self, vectors: Vectors) -> None:
        self._parts.append(vectors)
        if self.is_taken and not self.is_abandoned:
            self._future.set_result(np.concatenate(self._parts))

    def fail(self, error: BaseException) -> None:
        if not self.is_abandoned:
            self._future.set_exception(error)


class EmbeddingBatcher:
    """An embedder for coroutines. One thread embeds, because more would only fight over the same cores.

    Queries that arrive within `window_s` of each other share a batch, and go before passages: a search waits for one
    batch of a bulk import at most. Passages are taken in turns from everyone who waits, so that a small import is not
    stuck behind a large one. It belongs to the event loop that first uses it.

    The vectors of the `remembered_queries` that were asked last are kept. Since there is one embedder, and its identity
    decides its vectors, their texts are key enough.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        window_s: float = 0.002,
        most_queries: int = 32,
        most_passages: int = _MOST_PASSAGES,
        remembered_queries: int = 0,
    ) -> None:
        self.embedder = embedder
        self._window_s = window_s
        self._most_queries = most_queries
        self._most_passages = most_passages
        self._queries: deque[_Wish] = deque()
        self._passages: deque[_Wish] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")
        self._serving: asyncio.Task[None] | None = None
        self._is_closed = False
        self._known: LastUsed[str, Vectors] = LastUsed(remembered_queries)

    async def embed_query(self, text: str) -> Vectors:
        """The vector of one query, of shape (dimension,); not to be written to."""
        known = self._known.get(text)
        if known is not None:
            return known
        vectors = await self._wish(self._queries, [text])
        vector: Vectors = vectors[0].copy()  # a row would keep its whole batch in memory
        vector.setflags(write=False)
        self._known.put(text, vector)
        return vector

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), in the order of the texts."""
        return await self._wish(self._passages, texts)

    async def close(self) -> None:
        """Let the batch at work end; whoever still waits gets EmbedderUnavailable."""
        self._is_closed = True
        for wish in (*self._queries, *self._passages):
            wish.fail(self._closed())
        if self._serving:
            await self._serving
        self._thread.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _wish(self, queue: deque[_Wish], texts: Sequence[str]) -> Vectors:
        if self._is_closed:
            raise self._closed()
        future: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        queue.append(_Wish(texts, future))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        """Work until nobody waits. No await stands between the last look and the end, so no wish is overlooked."""
        in_a_row = 0
        while self._queries or self._passages:
            if self._queries and not (self._passages and in_a_row == _QUERY_BATCHES_IN_A_ROW):
                in_a_row += 1
                await asyncio.sleep(self._window_s)
                await self._run(self.embedder.embed_queries, self._take(self._queries, self._most_queries))
            else:
                in_a_row = 0
                await self._run(self.embedder.embed_passages, self._take(self._passages, self._most_passages))

    def _take(self, queue: deque[_Wish], most: int) -> list[tuple[_Wish, Sequence[str]]]:
        """Up to `most` texts of those who wait, an equal share of each; who wants more goes to the end of the queue."""
        waiting = [wish for wish in queue if not wish.is_abandoned]
        queue.clear()
        served = waiting[:most]
        taken = [(wish, wish.take(max(1, most // len(served)))) for wish in served]
        queue.extend(waiting[most:])
        queue.extend(wish for wish in served if not wish.is_taken)
        return taken

    async def _run(self, embed: _Embed, taken: list[tuple[_Wish, Sequence[str]]]) -> None:
        if not taken:
            return
        texts = [text for _, part in taken for text in part]
        try:
            vectors = await asyncio.get_running_loop().run_in_executor(self._thread, embed, texts)
        except Exception as error:  # noqa: BLE001 - it is raised where it is awaited, in every waiter
            for wish, _ in taken:
                wish.fail(error)
            return
        _hand_out(vectors, taken)

    def _closed(self) -> EmbedderUnavailable:
        # Not the identity's name: an endpoint's identity may have to be asked for.
        return EmbedderUnavailable(model=type(self.embedder).__name__, reason="it was closed")


def _hand_out(vectors: Vectors, taken: list[tuple[_Wish, Sequence[str]]]) -> None:
    start = 0
    for wish, part in taken:
        wish.give(vectors[start : start + len(part)])
        start += len(part)

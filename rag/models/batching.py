"""Joins what many coroutines want embedded into batches of one thread, queries first."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from rag.errors import EmbedderUnavailable
from rag.models.embedding import Embedder, Vectors
from rag.models.last_used import LastUsed

# e5-small in bfloat16 on 2 busy cores, passages of 135 tokens: 16 at a time 21 texts/s, 0.8 s a batch; 32 at a time
# 24 texts/s, but a search then waits up to 1.3 s. So the larger batch is for times when nobody searches.
_MOST_PASSAGES = 16
_MOST_IN_CALM = 32
_CALM_S = 10.0

# Passages are sorted by length before they are cut into batches, so that little is padding. More at a time would sort
# better, and keep a small import waiting longer behind a large one: four batches are two to five seconds.
_BATCHES_SORTED = 4

# A batch of passages gets its turn even under a load of searches that never ends.
_QUERY_BATCHES_IN_A_ROW = 8

_Embed = Callable[[Sequence[str]], Vectors]


class _Wish:
    """Texts that one coroutine waits for. A long one is served over several batches, in any order."""

    def __init__(self, texts: Sequence[str], future: asyncio.Future[Vectors]) -> None:
        self.texts = texts
        self._future = future
        self._vectors: list[Vectors | None] = [None] * len(texts)
        self._missing = len(texts)
        self._taken = 0

    @property
    def is_abandoned(self) -> bool:
        return self._future.done()

    @property
    def is_taken(self) -> bool:
        return self._taken == len(self.texts)

    def take(self, most: int) -> range:
        """The places of the next texts."""
        taken = range(self._taken, min(self._taken + most, len(self.texts)))
        self._taken = taken.stop
        return taken

    def give(self, place: int, vector: Vectors) -> None:
        self._vectors[place] = vector
        self._missing -= 1
        if self._missing == 0 and not self.is_abandoned:
            self._future.set_result(np.array(self._vectors))

    def fail(self, error: BaseException) -> None:
        if not self.is_abandoned:
            self._future.set_exception(error)


class _Text(NamedTuple):
    """One text of a wish."""

    wish: _Wish
    place: int

    @property
    def text(self) -> str:
        return self.wish.texts[self.place]

    @property
    def length(self) -> int:
        """In bytes of UTF-8, of which a token has about four in Chinese as in English."""
        return len(self.text.encode("utf-8", "replace"))


class EmbeddingBatcher:
    """An embedder for coroutines. One thread embeds, because more would only fight over the same cores.

    Queries that arrive within `window_s` of each other share a batch, and go before passages: a search waits for one
    batch of a bulk import at most. Passages are taken in turns from everyone who waits, so that a small import is not
    stuck behind a large one, and are batched with others of their length, whosever they are. While nobody searches,
    their batches are twice as large. It belongs to the event loop that first uses it.

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
        self._batches: deque[list[_Text]] = deque()
        self._last_query_at = time.monotonic()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")
        self._serving: asyncio.Task[None] | None = None
        self._is_closed = False
        self._known: LastUsed[str, Vectors] = LastUsed(remembered_queries)

    async def embed_query(self, text: str) -> Vectors:
        """The vector of one query, of shape (dimension,); not to be written to."""
        self._last_query_at = time.monotonic()
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
        if not texts:
            return np.empty((0, self.embedder.identity.dimension), np.float32)
        return await self._wish(self._passages, texts)

    async def close(self) -> None:
        """Let the batch at work end; whoever still waits gets EmbedderUnavailable."""
        self._is_closed = True
        taken = (text.wish for batch in self._batches for text in batch)
        for wish in (*self._queries, *self._passages, *taken):
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
        while self._queries or self._passages or self._batches:
            if self._queries and not ((self._passages or self._batches) and in_a_row == _QUERY_BATCHES_IN_A_ROW):
                in_a_row += 1
                await asyncio.sleep(self._window_s)
                await self._run(self.embedder.embed_queries, self._take(self._queries, self._most_queries))
            else:
                in_a_row = 0
                await self._run(self.embedder.embed_passages, self._next_batch())

    def _next_batch(self) -> list[_Text]:
        """Of what was taken and sorted before, or of what waits now."""
        if not self._batches:
            size = self._batch_size()
            texts = sorted(self._take(self._passages, size * _BATCHES_SORTED), key=lambda text: text.length)
            self._batches.extend(texts[start : start + size] for start in range(0, len(texts), size))
        return self._batches.popleft() if self._batches else []

    def _batch_size(self) -> int:
        calm = time.monotonic() - self._last_query_at > _CALM_S
        return self._most_passages * (_MOST_IN_CALM // _MOST_PASSAGES) if calm else self._most_passages

    def _take(self, queue: deque[_Wish], most: int) -> list[_Text]:
        """Up to `most` texts of those who wait, an equal share of each; who wants more goes to the end of the queue."""
        waiting = [wish for wish in queue if not wish.is_abandoned]
        queue.clear()
        served = waiting[:most]
        taken = [_Text(wish, place) for wish in served for place in wish.take(max(1, most // len(served)))]
        queue.extend(waiting[most:])
        queue.extend(wish for wish in served if not wish.is_taken)
        return taken

    async def _run(self, embed: _Embed, taken: Sequence[_Text]) -> None:
        taken = [text for text in taken if not text.wish.is_abandoned]
        if not taken:
            return
        try:
            texts = [text.text for text in taken]
            vectors = await asyncio.get_running_loop().run_in_executor(self._thread, embed, texts)
        except Exception as error:  # noqa: BLE001 - it is raised where it is awaited, in every waiter
            for text in taken:
                text.wish.fail(error)
            return
        for text, vector in zip(taken, vectors, strict=True):
            text.wish.give(text.place, vector)

    def _closed(self) -> EmbedderUnavailable:
        # Not the identity's name: an endpoint's identity may have to be asked for.
        return EmbedderUnavailable(model=type(self.embedder).__name__, reason="it was closed")

"""The thread that a model in the process lives in, and what it writes read as an async iterator."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from rag.errors import ChatUnavailable

T = TypeVar("T")


class Outlet(Generic[T]):
    """Where a producer in the thread leaves its items for the reader's event loop. None ends them."""

    def __init__(self, closing: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = closing
        self._abandoned = threading.Event()
        self.items: asyncio.Queue[T | None] = asyncio.Queue()

    @property
    def closed(self) -> bool:
        """Nobody reads any more, or the model is being closed: the producer should end."""
        return self._abandoned.is_set() or self._closing.is_set()

    def abandon(self) -> None:
        self._abandoned.set()

    def put(self, item: T | None) -> None:
        if self._abandoned.is_set():
            return
        try:
            self._loop.call_soon_threadsafe(self.items.put_nowait, item)
        except RuntimeError:  # the loop was closed before its iterator was
            self.abandon()


class ModelThread:
    """Runs one thing at a time, in the order of asking. `timeout_s` is the longest wait for an item of a stream."""

    def __init__(self, model: str, timeout_s: float) -> None:
        self._model = model
        self._timeout_s = timeout_s
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=model)
        self._closing = threading.Event()

    async def run(self, work: Callable[[], T]) -> T:
        self._check_open()
        return await asyncio.wrap_future(self._pool.submit(work))

    async def stream(self, produce: Callable[[Outlet[T]], None]) -> AsyncGenerator[T, None]:
        """What `produce` puts out, and then what it raised, if it did.

        Closing the generator closes the outlet, and takes a producer that still waits out of the queue. Raises
        ChatUnavailable when the next item takes too long, waiting for one's turn included.
        """
        self._check_open()
        outlet: Outlet[T] = Outlet(self._closing)
        work = self._pool.submit(_fill, outlet, produce)
        try:
            while (item := await self._next(outlet)) is not None:
                yield item
            await asyncio.wrap_future(work)
            self._check_open()
        except TimeoutError:
            raise self._unavailable(f"no token for {self._timeout_s:g} s") from None
        finally:
            outlet.abandon()
            work.cancel()

    async def _next(self, outlet: Outlet[T]) -> T | None:
        async with asyncio.timeout(self._timeout_s):  # wait_for of Python 3.11 may swallow a cancellation
            return await outlet.items.get()

    async def close(self) -> None:
        """End what runs and what waits, then the thread."""
        self._closing.set()
        await asyncio.to_thread(self._pool.shutdown)

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise self._unavailable("it was closed")

    def _unavailable(self, reason: str) -> ChatUnavailable:
        return ChatUnavailable(model=self._model, reason=reason)


def _fill(outlet: Outlet[T], produce: Callable[[Outlet[T]], None]) -> None:
    try:
        if not outlet.closed:
            produce(outlet)
    finally:
        outlet.put(None)

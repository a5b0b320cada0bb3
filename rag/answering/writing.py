"""A reply of the chat model, begun at once and read when what checks it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta, ChatModel, GenerationOptions, Message


class Writing:
    """Reading the prompt is most of the wait: it goes on while source sentences are embedded.

    Entered, it is begun; left, it is stopped, whether it was read or not.
    """

    def __init__(
        self, chat: ChatModel, messages: Sequence[Message], options: GenerationOptions, timeout_s: float
    ) -> None:
        """`timeout_s` is the longest wait for the next piece."""
        self._model = chat.name
        self._timeout_s = timeout_s
        self._written = chat.stream(messages, options)
        self._ahead: asyncio.Task[ChatDelta | None] | None = None

    async def __aenter__(self) -> Self:
        self._ahead = asyncio.create_task(self._next())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ahead is not None:
            await stopped(self._ahead)
        close = getattr(self._written, "aclose", None)
        if close is not None:
            await close()

    async def deltas(self) -> AsyncIterator[ChatDelta]:
        """The pieces, in order, once. Raises ChatUnavailable, also when the next one takes too long."""
        assert self._ahead is not None, "it is entered first"
        delta = await self._ahead
        while delta is not None:
            yield delta
            delta = await self._next()

    async def _next(self) -> ChatDelta | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await anext(self._written)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            reason = f"nothing was written for {self._timeout_s:g} s (chat.timeout_s)"
            raise ChatUnavailable(model=self._model, reason=reason) from None


async def stopped(task: asyncio.Task[Any]) -> None:
    """Cancel a task whose result nobody waits for any more, nor what went wrong in it, and see it end."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # looked at, or asyncio would log that nobody did

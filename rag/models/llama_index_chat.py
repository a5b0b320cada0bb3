"""Any LLM class of LlamaIndex, named by its dotted path."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import aclosing
from typing import Any

from rag.citations import Usage
from rag.errors import ChatUnavailable, SettingsInvalid
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.stop_strings import StopFilter
from rag.models.thinking import ThinkingFilter
from rag.models.token_estimate import estimate_tokens
from rag.settings import ChatSettings


class LlamaIndexChat:
    """Streams through `astream_chat`.

    LlamaIndex has no common way to pass a temperature, a seed or a grammar with a call: set those in
    `chat.class_arguments`. `max_tokens` (by the estimate of tokens) and stop strings are kept here, by ending the
    stream.
    """

    def __init__(self, settings: ChatSettings) -> None:
        """Raises SettingsInvalid when the class cannot be imported or does not take the arguments."""
        self._settings = settings
        self._llm = _make(settings)

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def context_tokens(self) -> int:
        return self._settings.context_tokens

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        stop, thinking, written, cut_off = StopFilter(options.stop), ThinkingFilter(), "", False
        async with aclosing(self._pieces(messages)) as pieces:
            async for piece in pieces:
                written += piece
                if shown := stop.feed(thinking.feed(piece)):
                    yield ChatDelta(shown)
                cut_off = estimate_tokens(written) >= options.max_tokens
                if stop.stopped or cut_off:
                    break
        if rest := stop.feed(thinking.finish()) + stop.finish():
            yield ChatDelta(rest)
        yield ChatDelta(
            usage=Usage(sum(estimate_tokens(message.content) for message in messages), estimate_tokens(written)),
            finish_reason="length" if cut_off and not stop.stopped else "stop",
        )

    async def count_tokens(self, text: str) -> int:
        """An estimate."""
        return estimate_tokens(text)

    async def warm(self) -> None:
        """LlamaIndex classes have no common way to load beforehand."""

    async def close(self) -> None:
        """LlamaIndex classes have nothing to close."""

    async def _pieces(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        try:
            replies = await self._next(self._llm.astream_chat(_chat_messages(messages)))
            try:
                while (reply := await self._next(anext(replies, None))) is not None:
                    yield reply.delta or ""
            finally:
                await replies.aclose()
        except TimeoutError:
            raise self._unavailable(f"no token for {self._settings.timeout_s:g} s") from None
        except Exception as error:
            raise self._unavailable(f"{type(error).__name__}: {error}") from error

    async def _next(self, step: Awaitable[Any]) -> Any:
        async with asyncio.timeout(self._settings.timeout_s):  # wait_for of Python 3.11 may swallow a cancellation
            return await step

    def _unavailable(self, reason: str) -> ChatUnavailable:
        return ChatUnavailable(model=self.name, reason=reason)


def _make(settings: ChatSettings) -> Any:
    module, _, name = settings.class_path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)(**settings.class_arguments)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise SettingsInvalid(source="chat", path="chat.class_path", reason=str(error)) from error


def _chat_messages(messages: Sequence[Message]) -> list[Any]:
    from llama_index.core.llms import ChatMessage

    return [ChatMessage(role=message.role, content=message.content) for message in messages]

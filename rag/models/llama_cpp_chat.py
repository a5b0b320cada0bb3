"""A GGUF model through llama.cpp, in the process: the default where there is neither GPU nor endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.chat_completions import CompletionReader, completion_request
from rag.models.llama_cpp_server import LlamaCppServer
from rag.models.model_thread import ModelThread, Outlet
from rag.models.yes_no import first_token_logprobs, judging_request, margin
from rag.settings import ChatSettings


class LlamaCppChat:
    """One model, one slot: requests are served in the order they came.

    The model is loaded by the first request or by `warm`. A prompt that begins like an earlier one is only read from
    where it differs, so what is stable (instructions, then passages) should come first.
    """

    def __init__(self, settings: ChatSettings, model_file: Path) -> None:
        self._settings = settings
        self._model_file = model_file
        self._server: LlamaCppServer | None = None
        self._thread = ModelThread(settings.model, settings.timeout_s)

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def context_tokens(self) -> int:
        return self._settings.context_tokens

    async def warm(self) -> None:
        """Load the model now. Raises ChatUnavailable."""
        await self._thread.run(self._load)

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        reader = CompletionReader(self.name)
        async with aclosing(self._chunks(_request(messages, options))) as chunks:
            async for chunk in chunks:
                if text := reader.read(chunk):
                    yield ChatDelta(text)
        yield reader.last_delta()

    async def yes_margin(self, messages: Sequence[Message]) -> float | None:
        """Costs the reading of what the prompt does not share with the one before it, and no writing."""
        reader, told = CompletionReader(self.name), dict[str, float]()
        async with aclosing(self._chunks(_interruptible(judging_request(messages)))) as chunks:
            async for chunk in chunks:
                reader.read(chunk)
                told = told or first_token_logprobs(chunk)
        return margin(told)

    async def count_tokens(self, text: str) -> int:
        """Exact, by the model's own tokenizer; it answers in about 4 ms, beside a running reply too."""
        server = await self._thread.run(self._load) if self._server is None else self._server
        return await asyncio.to_thread(server.count_tokens, text)

    async def close(self) -> None:
        """Stop what is being written and free the model."""
        await self._thread.close()
        if self._server:
            self._server.close()
            self._server = None

    async def _chunks(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        def produce(outlet: Outlet[dict[str, Any]]) -> None:
            def on_chunk(chunk: dict[str, Any]) -> bool:
                outlet.put(chunk)
                return outlet.closed

            self._load().stream_chat(request, on_chunk)

        async with aclosing(self._thread.stream(produce)) as chunks:
            async for chunk in chunks:
                yield chunk

    def _load(self) -> LlamaCppServer:
        if self._server is None:
            try:
                self._server = LlamaCppServer(
                    self._model_file,
                    context_tokens=self._settings.context_tokens,
                    threads=self._settings.threads,
                )
            except (OSError, ImportError) as error:  # the wheel needs the system's libgomp
                raise ChatUnavailable(model=self.name, reason=str(error)) from error
        return self._server


def _request(messages: Sequence[Message], options: GenerationOptions) -> dict[str, Any]:
    request = _interruptible(completion_request(messages, options))
    if options.grammar is not None:
        request["grammar"] = options.grammar
    return request


def _interruptible(request: dict[str, Any]) -> dict[str, Any]:
    """`return_progress` calls back after each batch of the prompt: only there can the reading of it be stopped."""
    return request | {"return_progress": True, "cache_prompt": True}

"""A LlamaIndex LLM without weights: it always says `reply`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata


class TinyChat(CustomLLM):
    reply: str = ""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4096, num_output=256, model_name="tiny")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=self.reply)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        yield CompletionResponse(text=self.reply, delta=self.reply)

    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> AsyncGenerator[CompletionResponse]:
        async def once() -> AsyncGenerator[CompletionResponse]:
            yield CompletionResponse(text=self.reply, delta=self.reply)

        return once()

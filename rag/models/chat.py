"""The role of a chat model: messages in, text out as it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.citations import Usage


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How to write. `grammar` is GBNF and is honoured by the backends that can; `seed` makes sampling repeatable."""

    max_tokens: int = 320
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int = 0
    grammar: str | None = None


@dataclass(frozen=True, slots=True)
class ChatDelta:
    """A piece of the reply; the last one carries the usage and why the reply ended."""

    text: str = ""
    usage: Usage | None = None
    finish_reason: Literal["stop", "length"] | None = None


class ChatModel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and reply may have together."""
        ...

    def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        """The reply, piece by piece. Closing the iterator stops the writing. Raises ChatUnavailable."""
        ...

    async def count_tokens(self, text: str) -> int:
        """Tokens of a text; an estimate where the backend has no tokenizer at hand."""
        ...

    async def warm(self) -> None:
        """Do now what the first reply would wait for, such as loading the model. Raises ChatUnavailable."""
        ...

    async def close(self) -> None: ...

"""Doubles behind the real roles: deterministic, without weights or a network. For tests, ours and others'."""

from __future__ import annotations

import asyncio
import math
import re
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import numpy as np

from rag.citations import Usage
from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.stop_strings import StopFilter
from rag.models.vectors import unit_rows

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


class HashEmbedder:
    """Texts that share words or pairs of neighbouring characters are close; nothing else is."""

    def __init__(self, dimension: int = 256, *, max_tokens: int = 512, model: str = "hash") -> None:
        self._identity = EmbedderIdentity(model, "1", dimension)
        self._max_tokens = max_tokens

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A word is a token, and so is a Chinese character."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._identity.dimension), np.float32)
        for row, text in enumerate(texts):
            for feature in self._features(text):
                # crc32 rather than hash(): the same in every process.
                digest = zlib.crc32(feature.encode())
                vectors[row, digest % self._identity.dimension] += 1 if digest & 1 << 31 else -1
            if not vectors[row].any():
                vectors[row, 0] = 1
        return unit_rows(vectors)

    def _features(self, text: str) -> Iterator[str]:
        tokens = _TOKEN.findall(text.lower())[: self._max_tokens]
        yield from tokens
        run = "".join(tokens)
        yield from (run[i : i + 2] for i in range(len(run) - 1))


class OverlapReranker:
    """Scores a text by the share of the question's words and characters that it holds; takes `delay_s` a text."""

    def __init__(self, *, delay_s: float = 0.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self._delay_s = delay_s
        self._sleep = sleep
        self.calls: list[tuple[str, tuple[str, ...]]] = []

    @property
    def name(self) -> str:
        return "overlap"

    def warm(self) -> None:
        """Nothing to load."""

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        self.calls.append((question, tuple(texts)))
        self._sleep(self._delay_s * len(texts))
        asked = set(_TOKEN.findall(question.lower()))
        return [len(asked & set(_TOKEN.findall(text.lower()))) / max(1, len(asked)) for text in texts]

    def close(self) -> None:
        """Nothing to close."""


ChatScript = Callable[[Sequence[Message]], str]


class ScriptedChat:
    """A chat model that says what it is told to, in pieces of `piece_characters`, each of which counts as a token.

    `script` is the replies of one call after another, the last one being repeated, or a function of the messages.
    `piece_delay_s` makes it slow; `fail_after_pieces` makes it raise ChatUnavailable there. `calls` keeps what it was
    asked.
    """

    def __init__(
        self,
        script: ChatScript | Sequence[str],
        *,
        piece_characters: int = 4,
        piece_delay_s: float = 0.0,
        fail_after_pieces: int | None = None,
        name: str = "scripted",
        context_tokens: int = 8192,
    ) -> None:
        self._script = script if callable(script) else self._in_order(script)
        self._piece_characters = piece_characters
        self._piece_delay_s = piece_delay_s
        self._fail_after_pieces = fail_after_pieces
        self._name = name
        self._context_tokens = context_tokens
        self.calls: list[tuple[tuple[Message, ...], GenerationOptions]] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        self.calls.append((tuple(messages), options))
        pieces = self._pieces(self._script(messages))
        stop, written = StopFilter(options.stop), 0
        for piece in pieces[: options.max_tokens]:
            await self._pace(written)
            written += 1
            if shown := stop.feed(piece):
                yield ChatDelta(shown)
            if stop.stopped:
                break
        await self._pace(written)
        if rest := stop.finish():
            yield ChatDelta(rest)
        cut_off = len(pieces) > options.max_tokens and not stop.stopped
        yield ChatDelta(
            usage=Usage(sum(self._tokens(message.content) for message in messages), written),
            finish_reason="length" if cut_off else "stop",
        )

    async def count_tokens(self, text: str) -> int:
        return self._tokens(text)

    async def warm(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to close."""

    def _in_order(self, replies: Sequence[str]) -> ChatScript:
        replies = [replies] if isinstance(replies, str) else replies
        return lambda messages: replies[min(len(self.calls), len(replies)) - 1]

    def _tokens(self, text: str) -> int:
        return math.ceil(len(text) / self._piece_characters)

    def _pieces(self, reply: str) -> list[str]:
        size = self._piece_characters
        return [reply[start : start + size] for start in range(0, len(reply), size)]

    async def _pace(self, written: int) -> None:
        if written == self._fail_after_pieces:
            raise ChatUnavailable(model=self.name, reason="the script says so")
        await asyncio.sleep(self._piece_delay_s)

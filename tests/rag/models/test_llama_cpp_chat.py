"""What only llama.cpp in the process has: silence, the prompt's cache, a grammar, an exact tokenizer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
import pytest

from rag.errors import QuestionRejected
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.llama_cpp_chat import LlamaCppChat
from rag.models.llama_cpp_server import LlamaCppServer
from rag.models.openmp import let_barriers_sleep
from rag.settings import ChatSettings

T = TypeVar("T")

pytestmark = pytest.mark.models


@pytest.fixture
def gguf() -> Path:
    let_barriers_sleep()
    cache = Path(os.environ.get("CHUCHU_MODELS_DIR", Path(platformdirs.user_cache_dir("chuchu")) / "models"))
    files = sorted((cache / "qwen2.5-coder-0.5b-instruct-q4").glob("*.gguf"))
    if not files:
        pytest.skip("the 0.5B Qwen is not on this machine: run `make models`")
    return files[0]


@pytest.fixture
def chat(gguf: Path) -> LlamaCppChat:
    return LlamaCppChat(ChatSettings(context_tokens=1024), gguf)


async def reply(chat: LlamaCppChat, text: str, options: GenerationOptions) -> list[ChatDelta]:
    return [delta async for delta in chat.stream([Message("user", text)], options)]


def run(chat: LlamaCppChat, work: Coroutine[Any, Any, T]) -> T:
    async def closing() -> T:
        try:
            return await work
        finally:
            await chat.close()

    return asyncio.run(closing())


def text_of(deltas: Sequence[ChatDelta]) -> str:
    return "".join(delta.text for delta in deltas)


def test_a_grammar_decides_what_can_be_written(chat: LlamaCppChat) -> None:
    options = GenerationOptions(grammar='root ::= "可以" | "不可以"')

    assert text_of(run(chat, reply(chat, "Is 2 an even number?", options))) in {"可以", "不可以"}


def test_a_prompt_longer_than_the_context_is_rejected(chat: LlamaCppChat) -> None:
    with pytest.raises(QuestionRejected, match="1024"):
        run(chat, reply(chat, "word " * 2000, GenerationOptions()))


def test_tokens_are_those_of_the_models_tokenizer(chat: LlamaCppChat) -> None:
    assert run(chat, chat.count_tokens("你好世界 hello")) == 3


def test_yes_is_likelier_where_the_text_tells(chat: LlamaCppChat) -> None:
    text = "The warranty lasts 24 months.\n\nDoes this text say {}? Reply with Yes or No only."

    async def both() -> tuple[float | None, float | None]:
        told = await chat.yes_margin([Message("user", text.format("how long the warranty lasts"))])
        return told, await chat.yes_margin([Message("user", text.format("what the director's dog is called"))])

    told, untold = run(chat, both())

    assert told is not None
    assert untold is not None
    assert told > untold


def test_nothing_is_printed(chat: LlamaCppChat, capfd: pytest.CaptureFixture[str]) -> None:
    run(chat, reply(chat, "Hi", GenerationOptions(max_tokens=2)))

    assert capfd.readouterr() == ("", "")


def test_a_shared_beginning_is_read_once(gguf: Path) -> None:
    server = LlamaCppServer(gguf, context_tokens=1024, threads=0)
    shared = "The quarterly report lists revenue by segment. " * 80

    first, second = (_timings(server, shared + question) for question in ("What grew?", "And what fell, if any?"))
    server.close()

    assert first["prompt_n"] > 600
    assert second["cache_n"] > 600
    assert second["prompt_n"] < 30


def _timings(server: LlamaCppServer, text: str) -> dict[str, int]:
    chunks: list[dict[str, Any]] = []
    request = {"messages": [{"role": "user", "content": text}], "max_tokens": 1, "stream": True}
    server.stream_chat(
        request | {"stream_options": {"include_usage": True}},
        lambda chunk: bool(chunks.append(chunk)),  # type: ignore[func-returns-value]
    )
    timings: dict[str, int] = chunks[-1]["timings"]
    return timings

"""What every chat model promises, asked of every backend.

Each backend is brought up with a model that knows two prompts: BRIEF, to which it gives a short Chinese reply and
stops by itself, and ENDLESS, to which it would write for a very long time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import platformdirs
import pytest
import torch
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from pydantic import SecretStr
from tokenizers import Tokenizer, decoders
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta, ChatModel, GenerationOptions, Message
from rag.models.llama_cpp_chat import LlamaCppChat
from rag.models.llama_index_chat import LlamaIndexChat
from rag.models.openai_chat import OpenAIChat
from rag.models.transformers_chat import TransformersChat
from rag.settings import ChatSettings
from rag.testing import ScriptedChat

T = TypeVar("T")

BRIEF = [Message("user", "用中文打个招呼，只写一句话，好吗?")]
ENDLESS = [Message("user", "请从一数到一千，用中文数字，每个数字一行，不要停下来!")]
BRIEF_REPLY = "好"
ENDLESS_REPLY = "中文"
OPTIONS = GenerationOptions(max_tokens=40)


def scripted_reply(messages: Sequence[Message]) -> str:
    return BRIEF_REPLY if messages[-1].content.endswith("?") else ENDLESS_REPLY * 5000


@dataclass(frozen=True)
class Backend:
    """A working model, and one that cannot work."""

    model: ChatModel
    broken: ChatModel


# --- the backends ---------------------------------------------------------------------------------------------------


@contextmanager
def scripted(folder: Path) -> Iterator[Backend]:
    model = ScriptedChat(scripted_reply, piece_characters=1, piece_delay_s=0.001)
    yield Backend(model, ScriptedChat(scripted_reply, fail_after_pieces=1))


@contextmanager
def openai(folder: Path) -> Iterator[Backend]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with serving(chat_endpoint()) as url:
            yield Backend(
                OpenAIChat(ChatSettings(backend="openai", model="double", url=url, api_key=SecretStr("k"))),
                OpenAIChat(ChatSettings(backend="openai", model="double", url=nobody), sleep=no_sleep),
            )


@contextmanager
def llama_index(folder: Path) -> Iterator[Backend]:
    settings = ChatSettings(backend="llama-index", model="double", class_path=f"{__name__}.ScriptedLLM")
    broken = settings.model_copy(update={"class_arguments": {"broken": True}})
    yield Backend(LlamaIndexChat(settings), LlamaIndexChat(broken))


@contextmanager
def transformers(folder: Path) -> Iterator[Backend]:
    save_chain_model(folder / "model")
    (folder / "empty").mkdir()
    settings = ChatSettings(backend="transformers", model="chain")
    yield Backend(TransformersChat(settings, folder / "model"), TransformersChat(settings, folder / "empty"))


@contextmanager
def llama_cpp(folder: Path) -> Iterator[Backend]:
    broken = folder / "broken.gguf"
    broken.write_bytes(b"GGUF, but not really")
    settings = ChatSettings(model="qwen2.5-coder-0.5b-instruct-q4", context_tokens=4096, timeout_s=60)
    yield Backend(LlamaCppChat(settings, small_gguf()), LlamaCppChat(settings, broken))


@pytest.fixture(
    params=[
        scripted,
        openai,
        llama_index,
        transformers,
        pytest.param(llama_cpp, marks=pytest.mark.models),
    ],
    ids=lambda backend: backend.__name__,
)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    with request.param(tmp_path) as backend:
        yield backend


# --- the contract ---------------------------------------------------------------------------------------------------


def test_a_reply_ends_with_its_usage_and_the_reason(backend: Backend) -> None:
    deltas = run(backend, reply(backend.model, BRIEF))

    last = deltas[-1]
    assert last.finish_reason == "stop"
    assert last.usage is not None
    assert last.usage.prompt_tokens > 0
    assert 0 < last.usage.completion_tokens <= OPTIONS.max_tokens
    assert all(delta.usage is None and delta.finish_reason is None for delta in deltas[:-1])


def test_chinese_arrives_whole(backend: Backend) -> None:
    async def both() -> tuple[list[ChatDelta], list[ChatDelta]]:
        return await reply(backend.model, BRIEF), await reply(backend.model, ENDLESS)

    brief, endless = run(backend, both())

    assert len(endless) > 2, "the reply is to come in pieces"
    assert "\ufffd" not in text_of(brief) + text_of(endless)
    assert any("一" <= character <= "鿿" for character in text_of(brief))


def test_max_tokens_cut_the_reply_off(backend: Backend) -> None:
    deltas = run(backend, reply(backend.model, ENDLESS, replace(OPTIONS, max_tokens=6)))

    assert deltas[-1].finish_reason == "length"
    assert deltas[-1].usage is not None
    assert deltas[-1].usage.completion_tokens == 6


def test_a_stop_string_ends_the_reply_and_is_not_shown(backend: Backend) -> None:
    async def without_and_with() -> tuple[str, str, list[ChatDelta]]:
        whole = text_of(await reply(backend.model, ENDLESS))
        stop = whole[1:3]
        return whole, stop, await reply(backend.model, ENDLESS, replace(OPTIONS, stop=(stop,)))

    whole, stop, stopped = run(backend, without_and_with())

    assert text_of(stopped) == whole.partition(stop)[0]
    assert len(text_of(stopped)) == 1
    assert stopped[-1].finish_reason == "stop"


def test_greedy_replies_are_the_same_every_time(backend: Backend) -> None:
    async def twice() -> tuple[list[ChatDelta], list[ChatDelta]]:
        return await reply(backend.model, ENDLESS), await reply(backend.model, ENDLESS)

    first, second = run(backend, twice())

    assert text_of(first) == text_of(second)


def test_closing_the_iterator_stops_the_writing(backend: Backend) -> None:
    async def close_then_ask_again() -> float:
        await reply(backend.model, BRIEF)  # loads the model
        async with closing_stream(backend.model, 3000) as deltas:
            await anext(deltas)
        started = time.monotonic()
        await reply(backend.model, BRIEF)
        return time.monotonic() - started

    assert run(backend, close_then_ask_again()) < 20, "3,000 tokens take far longer"


def test_cancelling_the_task_stops_the_writing(backend: Backend) -> None:
    async def cancel_then_ask_again() -> float:
        await reply(backend.model, BRIEF)
        task = asyncio.create_task(reply(backend.model, ENDLESS, replace(OPTIONS, max_tokens=3000)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        started = time.monotonic()
        await reply(backend.model, BRIEF)
        return time.monotonic() - started

    assert run(backend, cancel_then_ask_again()) < 20, "3,000 tokens take far longer"


def test_two_at_a_time_both_finish(backend: Backend) -> None:
    async def both() -> list[list[ChatDelta]]:
        return await asyncio.gather(reply(backend.model, BRIEF), reply(backend.model, ENDLESS))

    brief, endless = run(backend, both())

    assert brief[-1].finish_reason == "stop"
    assert endless[-1].finish_reason == "length"


def test_one_that_gave_up_waiting_does_not_hold_the_others_up(backend: Backend) -> None:
    async def impatient() -> list[ChatDelta]:
        running = asyncio.create_task(reply(backend.model, ENDLESS))
        waiting = asyncio.create_task(reply(backend.model, ENDLESS, replace(OPTIONS, max_tokens=3000)))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await running
        return await reply(backend.model, BRIEF)

    assert run(backend, impatient())[-1].finish_reason == "stop"


def test_tokens_are_counted(backend: Backend) -> None:
    async def counts() -> list[int]:
        return [await backend.model.count_tokens(text) for text in ("", "文", "文档" * 50)]

    none, one, hundred = run(backend, counts())

    assert none == 0
    assert 1 <= one <= 3
    assert 25 <= hundred <= 300


def test_what_cannot_answer_is_unavailable(backend: Backend) -> None:
    with pytest.raises(ChatUnavailable) as caught:
        run(backend, reply(backend.broken, BRIEF))

    assert caught.value.details["model"] == backend.broken.name
    assert caught.value.details["reason"]


def test_closing_an_unused_model_is_allowed(backend: Backend) -> None:
    run(backend, asyncio.sleep(0))


# --- asking ---------------------------------------------------------------------------------------------------------


async def reply(model: ChatModel, messages: Sequence[Message], options: GenerationOptions = OPTIONS) -> list[ChatDelta]:
    return [delta async for delta in model.stream(messages, options)]


def closing_stream(model: ChatModel, max_tokens: int) -> Any:
    return aclosing(cast("Any", model.stream(ENDLESS, replace(OPTIONS, max_tokens=max_tokens))))


def text_of(deltas: Sequence[ChatDelta]) -> str:
    return "".join(delta.text for delta in deltas)


def run(backend: Backend, work: Coroutine[Any, Any, T]) -> T:
    async def closing() -> T:
        try:
            return await work
        finally:
            await backend.model.close()
            await backend.broken.close()

    return asyncio.run(closing())


# --- what the backends talk to --------------------------------------------------------------------------------------


def chat_endpoint() -> FastAPI:
    """An endpoint that speaks OpenAI's protocol as vLLM does, one character a chunk."""
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def completions(request: Request) -> StreamingResponse:
        assert request.headers["Authorization"] == "Bearer k"
        return StreamingResponse(chunks(await request.json()), media_type="text/event-stream")

    return app


async def chunks(request: dict[str, Any]) -> AsyncIterator[str]:
    text = scripted_reply([Message("user", request["messages"][-1]["content"])])
    shown, stopped = text[: request["max_tokens"]], False
    for stop in request.get("stop", []):
        stopped = stopped or stop in shown
        shown = shown.partition(stop)[0]
    yield ": keep-alive\n\n"
    for character in shown:
        yield event({"choices": [{"delta": {"content": character}, "finish_reason": None}]})
        await asyncio.sleep(0.001)
    reason = "length" if len(text) > request["max_tokens"] and not stopped else "stop"
    yield event({"choices": [{"delta": {}, "finish_reason": reason}]})
    yield event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": len(shown)}})
    yield "data: [DONE]\n\n"


def event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join()


class ScriptedLLM(CustomLLM):
    """A LlamaIndex LLM whose stream takes its time, or fails."""

    broken: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        if self.broken:
            raise ConnectionError("nobody listens")
        text = scripted_reply([Message("user", messages[-1].content or "")])
        return self._written(text)

    async def _written(self, text: str) -> ChatResponseAsyncGen:
        for length, character in enumerate(text, 1):
            await asyncio.sleep(0.001)
            message = ChatMessage(role=MessageRole.ASSISTANT, content=text[:length])
            yield ChatResponse(message=message, delta=character)


END_TOKEN = 256


def save_chain_model(folder: Path) -> None:
    """A two-layer Qwen2 over bytes in which every byte decides the next one, so that its replies are known.

    The layers' outputs are zero and the embeddings one-hot: the logits are a table from token to next token. After
    "?" it says BRIEF_REPLY and ends; after "!" ENDLESS_REPLY over and over. A character is three tokens.
    """
    size = 260
    config = Qwen2Config(
        vocab_size=size,
        hidden_size=size,
        intermediate_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        eos_token_id=END_TOKEN,
        pad_token_id=END_TOKEN,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    model = Qwen2ForCausalLM(config)
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size))
        model.lm_head.weight.zero_()
        for token, following in next_bytes().items():
            model.lm_head.weight[following, token] = 1.0
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)


def next_bytes() -> dict[int, int]:
    brief, endless = BRIEF_REPLY.encode(), ENDLESS_REPLY.encode()
    ways = [ord("?"), *brief, END_TOKEN], [ord("!"), *endless, endless[0]]
    assert len({*brief, *endless}) == len(brief) + len(endless), "a byte can be followed by one byte only"
    return dict(pair for way in ways for pair in itertools.pairwise(way))


def byte_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(BPE(vocab={byte_letter(byte): byte for byte in range(256)}, merges=[]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|im_end|>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        chat_template="{% for message in messages %}{{ message.content }}{% endfor %}",
    )


def byte_letter(byte: int) -> str:
    """The printable letter that GPT-2's byte alphabet writes for a byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [other for other in range(256) if other not in printable]
    return chr(byte) if byte in printable else chr(256 + others.index(byte))


def small_gguf() -> Path:
    cache = Path(os.environ.get("CHUCHU_MODELS_DIR", Path(platformdirs.user_cache_dir("chuchu")) / "models"))
    files = sorted((cache / "qwen2.5-coder-0.5b-instruct-q4").glob("*.gguf"))
    if not files:
        pytest.skip("the 0.5B Qwen is not on this machine: run `make models`")
    return files[0]


async def no_sleep(seconds: float) -> None:
    """The pauses between attempts are not what is tested here."""

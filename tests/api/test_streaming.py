from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.services import Services
from api.streaming import event_stream
from rag.answering.events import Event, TextWritten
from rag.errors import ChatUnavailable
from rag.models.chat import ChatDelta
from rag.testing import ScriptedChat
from tests.api.conftest import LEAVE
from tests.running import ingested, tiny_settings, until, with_services

BRIEF_S = 0.01


class Watched:
    """Events of which the tests see whether they were closed."""

    def __init__(self, *texts: str, then: BaseException | None = None, silence_s: float = 0.0) -> None:
        self.closed = False
        self._texts = texts
        self._then = then
        self._silence_s = silence_s

    async def events(self) -> AsyncGenerator[Event]:
        try:
            for text in self._texts:
                await asyncio.sleep(self._silence_s)
                yield TextWritten(text)
            if self._then is not None:
                raise self._then
        finally:
            self.closed = True


async def _collected(stream: AsyncIterator[str]) -> list[str]:
    return [piece async for piece in stream]


def test_events_come_in_order_one_line_each() -> None:
    sent = asyncio.run(_collected(event_stream(Watched("一\n二", "three").events(), "en")))

    assert sent == ['event: delta\ndata: {"text": "一\\n二"}\n\n', 'event: delta\ndata: {"text": "three"}\n\n']


def test_a_silence_is_filled_with_comments_and_loses_nothing() -> None:
    watched = Watched("late", silence_s=20 * BRIEF_S)

    sent = asyncio.run(_collected(event_stream(watched.events(), "en", BRIEF_S)))

    assert sent[0] == ": working\n\n"
    assert sent.count(": working\n\n") == len(sent) - 1 > 1
    assert sent[-1] == 'event: delta\ndata: {"text": "late"}\n\n'


def test_an_error_on_the_way_is_the_last_event() -> None:
    watched = Watched("half", then=ChatUnavailable(model="m", reason="r"))

    sent = asyncio.run(_collected(event_stream(watched.events(), "zh")))

    assert sent[0].startswith("event: delta")
    assert sent[1].startswith("event: problem")
    assert "对话模型 m 无响应" in sent[1]
    assert watched.closed


def test_a_defect_on_the_way_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    sent = asyncio.run(_collected(event_stream(Watched("half", then=ValueError("secret")).events(), "en")))

    assert "internal-error" in sent[-1]
    assert "secret" not in sent[-1]
    assert "secret" in caplog.text


def test_closing_the_stream_stops_the_work_in_the_middle_of_a_silence() -> None:
    watched = Watched("late", silence_s=60)

    async def leave_early() -> None:
        stream = event_stream(watched.events(), "en", BRIEF_S)
        assert await anext(stream) == ": working\n\n"
        await stream.aclose()

    asyncio.run(leave_early())

    assert watched.closed


class WatchedChat(ScriptedChat):
    """Writes on for minutes; `stopped` is set when somebody closes what it writes."""

    def __init__(self) -> None:
        super().__init__("The notice period is 30 days [1]. " * 1000, piece_delay_s=0.05)
        self.stopped = asyncio.Event()

    async def stream(self, *asked: object) -> AsyncIterator[ChatDelta]:  # type: ignore[override]
        try:
            async for delta in super().stream(*asked):  # type: ignore[arg-type]
                yield delta
        finally:
            self.stopped.set()


def test_a_client_that_leaves_stops_the_chat_model(tmp_path: Path) -> None:
    chat = WatchedChat()

    async def scenario(services: Services) -> None:
        await ingested(services, "leave.md", LEAVE)
        config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_level="warning")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await until(lambda: _started(server))
        port = server.servers[0].sockets[0].getsockname()[1]
        await _read_one_sentence(f"http://127.0.0.1:{port}")
        await asyncio.wait_for(chat.stopped.wait(), 20)
        server.should_exit = True
        await serving

    with_services(tiny_settings(tmp_path, answering={"policy": "flag"}), scenario, chat=chat)

    assert len(chat.calls) == 1


async def _started(server: uvicorn.Server) -> bool:
    return server.started


async def _read_one_sentence(url: str) -> None:
    asked = {"question": "What is the notice period?"}
    async with (
        httpx.AsyncClient(base_url=url) as client,
        client.stream("POST", "/v1/answers", json=asked, headers={"Accept": "text/event-stream"}) as reply,
    ):
        async for line in reply.aiter_lines():
            if line == "event: delta":
                return

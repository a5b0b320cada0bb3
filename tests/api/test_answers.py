from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import streaming
from api.client import Client
from api.server import Address, private_server
from api.services import open_services
from rag.answering.events import Event, SourcesFound
from rag.errors import EmbedderUnavailable
from rag.testing import HashEmbedder, ScriptedChat
from tests.api.conftest import LEAVE, Service, http_client
from tests.running import tiny_settings

ASKED = {"question": "What is the notice period?"}


@pytest.fixture(scope="module", autouse=True)
def documents(service: Service) -> None:
    assert service.ingested("leave.md", LEAVE)["status"] == "succeeded"
    assert service.ingested("假期.md", "# 假期\n\n通知期为 30 天。\n")["status"] == "succeeded"


def events_of(reply: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block for block in reply.text.split("\n\n") if block and not block.startswith(":")]
    pairs = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def test_an_answer_cites_what_stands_in_the_document(service: Service) -> None:
    answer = service.http.post("/v1/answers", json=ASKED).json()

    assert answer["text"] == "The notice period is 30 days [1]."
    assert (answer["mode"], answer["model"], answer["refusal"]) == ("generated", "scripted", None)
    (sentence,) = answer["sentences"]
    assert (sentence["status"], sentence["markers"]) == ("supported", [1])
    (citation,) = answer["citations"]
    assert citation["quote"] == "The notice period is 30 days."
    text = service.client.quote(citation["document_id"], citation["version_id"], **citation["span"])
    assert text.quote == citation["quote"]


def test_an_extractive_answer_asks_no_model(service: Service) -> None:
    asked = len(service.chat.calls)

    answer = service.http.post("/v1/answers", json=ASKED | {"extractive": True}).json()

    assert (answer["mode"], answer["model"]) == ("extractive", "")
    assert len(service.chat.calls) == asked


def test_nothing_is_known_of_an_empty_collection(service: Service) -> None:
    answer = service.http.post("/v1/answers", json=ASKED | {"collection": "empty"}).json()

    assert answer["refusal"]["reason"] == "no-documents"
    assert (answer["sentences"], answer["citations"], answer["retrieved"]) == ([], [], [])


def test_events_come_in_their_order_and_end_with_the_whole(service: Service) -> None:
    reply = service.http.post("/v1/answers", json=ASKED, headers={"Accept": "text/event-stream"})

    names = [name for name, _ in events_of(reply)]
    whole = events_of(reply)[-1][1]["answer"]
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    assert reply.headers["Cache-Control"] == "no-store"
    assert names == ["sources", "sentence", "answer"]
    assert events_of(reply)[1][1]["sentence"] == whole["sentences"][0]
    assert whole["text"] == service.http.post("/v1/answers", json=ASKED).json()["text"]


def test_the_client_gives_the_same_events(service: Service) -> None:
    events = list(service.client.answer_events(ASKED["question"]))

    assert [name for name, _ in events] == ["sources", "sentence", "answer"]


def test_search_finds_passages_without_an_answer(service: Service) -> None:
    found = service.http.post("/v1/search", json={"query": "通知期", "limit": 1}).json()

    (passage,) = found["passages"]
    assert (found["language"], passage["title"], passage["rank"]) == ("zh", "假期", 1)
    assert passage["text"].endswith("通知期为 30 天。")
    assert service.client.search("通知期", limit=1).passages[0].id == passage["id"]


@pytest.mark.parametrize("path", ["/v1/answers", "/v1/search"])
@pytest.mark.parametrize("words", ["", "   ", "x" * 4001, "\\ud800"])
def test_words_that_cannot_be_asked(service: Service, path: str, words: str) -> None:
    field = "question" if path.endswith("answers") else "query"
    headers = {"Content-Type": "application/json"}

    reply = service.http.post(path, content=f'{{"{field}": "{words}"}}', headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")
    assert reply.json()["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"question": "Why?", "unknown": 1}', '{"question": 7}'])
def test_a_body_that_cannot_be_understood(service: Service, body: str) -> None:
    reply = service.http.post("/v1/answers", content=body, headers={"Content-Type": "application/json"})

    assert (reply.status_code, reply.headers["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("words", ["a\\u0000b", "\\ud83d\\ude00", "?", "%s {x} \\n"])
def test_odd_words_are_searched_for_all_the_same(service: Service, words: str) -> None:
    reply = service.http.post(
        "/v1/search", content=f'{{"query": "{words}"}}', headers={"Content-Type": "application/json"}
    )

    assert reply.status_code == 200


class WatchedChat(ScriptedChat):
    """Writes for a minute if it is let, and notes when it is stopped."""

    stopped_at = 0.0

    async def stream(self, *asked: Any) -> AsyncIterator[Any]:
        try:
            async for delta in super().stream(*asked):
                yield delta
        finally:
            self.stopped_at = time.monotonic()


@contextmanager
def serving(data_dir: Path, chat: ScriptedChat, **options: Any) -> Iterator[Address]:
    settings = tiny_settings(data_dir, answering={"evidence_threshold": 0, "policy": "flag"})
    with private_server(settings, partial(open_services, chat=chat, **options)) as address:
        with closing(Client(address.url, socket=address.socket)) as client, http_client(address) as http:
            service = Service(address, http, client, chat)
            assert service.ingested("leave.md", LEAVE)["status"] == "succeeded"
        yield address


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_silence_is_filled_and_a_reader_who_leaves_stops_the_model(tmp_path: Path) -> None:
    chat = WatchedChat("It is so. " * 1000, piece_delay_s=0.35)

    with serving(tmp_path, chat, embedder=HashEmbedder()) as address, http_client(address) as http:
        headers = {"Accept": "text/event-stream"}
        seen = []
        with http.stream("POST", "/v1/answers", json=ASKED, headers=headers) as reply:
            for line in reply.iter_lines():
                seen.append(line)
                if seen.count("event: delta") == 2:
                    left_at = time.monotonic()
                    break
        while not chat.stopped_at and time.monotonic() < left_at + 20:
            time.sleep(0.05)

    assert seen[0] == "event: sources"
    assert ": working" in seen
    assert 0 < chat.stopped_at - left_at < 5


def test_a_model_that_breaks_off_leaves_the_documents_own_sentences(tmp_path: Path) -> None:
    chat = ScriptedChat("The notice period is 30 days.", fail_after_pieces=3)

    with serving(tmp_path, chat, embedder=HashEmbedder()) as address, http_client(address) as http:
        reply = http.post("/v1/answers", json=ASKED, headers={"Accept": "text/event-stream"})

    answer = events_of(reply)[-1][1]["answer"]
    assert answer["mode"] == "extractive"
    assert answer["notices"] == ["The chat model did not answer, so these are the documents' own sentences."]


async def _broken_off(error: Exception) -> AsyncIterator[Event]:
    yield SourcesFound(())
    raise error


def streamed(error: Exception) -> list[str]:
    async def read() -> list[str]:
        return [block async for block in streaming.event_stream(_broken_off(error), "zh")]

    return asyncio.run(read())


def test_an_error_on_the_way_is_the_last_event() -> None:
    first, last = streamed(EmbedderUnavailable(model="m", reason="away"))

    assert first.startswith("event: sources\n")
    problem = json.loads(last.removeprefix("event: problem\ndata: "))
    assert (problem["code"], problem["status"]) == ("embedder-unavailable", 503)
    assert problem["detail"].startswith("向量模型 m 无响应")


def test_a_defect_on_the_way_is_the_last_event_too_and_tells_no_secret() -> None:
    _, last = streamed(KeyError("a secret"))

    problem = json.loads(last.removeprefix("event: problem\ndata: "))
    assert (problem["code"], problem["status"]) == ("internal-error", 500)
    assert "secret" not in last

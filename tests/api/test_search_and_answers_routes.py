from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Api

ASKED = {"question": "What is the notice period?", "collection": "leave"}


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_search_finds_passages_of_the_collection_alone(api: Api, leave: dict[str, Any]) -> None:
    found = api.post("/v1/search", json={"query": "notice period", "collection": "leave"}).json()
    elsewhere = api.post("/v1/search", json={"query": "notice period", "collection": "elsewhere"}).json()

    (passage,) = found["passages"]
    assert (passage["document_id"], passage["rank"]) == (leave["document_id"], 1)
    assert "30 days" in passage["text"]
    assert found["language"] == "en"
    assert elsewhere["passages"] == []


def test_an_answer_quotes_its_document_word_for_word(api: Api, leave: dict[str, Any]) -> None:
    answer = api.post("/v1/answers", json={**ASKED, "extractive": True}).json()

    assert (answer["mode"], answer["refusal"]) == ("extractive", None)
    citation = answer["citations"][0]
    place = f"/v1/documents/{citation['document_id']}/versions/{citation['version_id']}/text"
    assert api.get(place, params=citation["span"]).json()["quote"] == citation["quote"]
    assert "30 days" in answer["text"]
    assert citation["page_url"] is None


def test_a_stream_begins_with_the_sources_and_ends_with_the_answer(api: Api, leave: dict[str, Any]) -> None:
    reply = api.post("/v1/answers", json=ASKED, headers={"Accept": "text/event-stream"})

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert (reply.headers["cache-control"], reply.headers["x-accel-buffering"]) == ("no-store", "no")
    sent = events(reply.text)
    names = [name for name, _ in sent]
    assert (names[0], names[-1]) == ("sources", "answer")
    assert set(names[1:-1]) == {"sentence"}
    assert sent[-1][1]["answer"]["question"] == ASKED["question"]


def test_an_empty_collection_refuses(api: Api) -> None:
    answer = api.post("/v1/answers", json={"question": "Why?", "collection": "empty"}).json()

    assert (answer["refusal"]["reason"], answer["sentences"]) == ("no-documents", [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": " "},
        {"question": "q" * 4001},
        {"question": "q", "a": "b"},
        {"question": "q", "collection": "a b"},
    ],
    ids=["none", "blank", "long", "unknown-entry", "bad-collection"],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_questions_are_checked_before_anything_is_sent(api: Api, body: dict[str, str], accept: str) -> None:
    reply = api.post("/v1/answers", json=body, headers={"Accept": accept})

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"query": "\\ud800"}', b"\xff"], ids=repr)
def test_a_body_that_is_no_json_is_refused(api: Api, body: bytes) -> None:
    reply = api.post("/v1/search", content=body, headers={"Content-Type": "application/json"})

    assert reply.status_code in {400, 422}
    assert reply.headers["content-type"] == "application/problem+json"

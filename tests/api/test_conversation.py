"""Conversations over the API: what is sent back, what is refused, and what the numbers mean."""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.conversation import KEPT_TURNS, Conversation
from api.schemas import MOST_TURNS, AnswerOut, SpanOut
from tests.api.conftest import Api
from tests.api.test_search_and_answers_routes import events

ASKED = {"question": "How long is the notice period of Bolt Ltd?", "collection": "leave"}
FOLLOW_UP = {"question": "And of Acme Corp?", "collection": "leave"}


def turn(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as a client sends it back, its citations whole as they came."""
    return {
        "question": answer["question"],
        "answer": answer["text"],
        "citations": answer["citations"],
        "refused": answer["refusal"] is not None,
        "standalone_question": answer["standalone_question"],
    }


def test_a_follow_up_says_what_it_was_understood_as(api: Api, leave: dict[str, Any]) -> None:
    first = api.post("/v1/answers", json={**ASKED, "extractive": True}).json()

    second = api.post("/v1/answers", json={**FOLLOW_UP, "history": [turn(first)], "extractive": True}).json()

    assert (first["standalone_question"], first["steps"]) == (None, [])
    assert second["question"] == "And of Acme Corp?"
    assert second["standalone_question"] == "How long is the notice period of Acme Corp?"
    (step,) = second["steps"]
    assert (step["kind"], step["by"]) == ("condense", "rule")


def test_numbers_go_on_in_the_answer_and_in_the_stream(api: Api, leave: dict[str, Any]) -> None:
    api.ingested("sick.md", "# Sick leave\n\nSick pay lasts 42 days.\n", collection="leave")
    asked = {"question": "What is the notice period?", "collection": "leave", "extractive": True}
    first = api.post("/v1/answers", json=asked).json()
    known = {(c["version_id"], c["span"]["start"]): c["marker"] for c in first["citations"]}
    body = {"question": "How many days does sick pay last?", "collection": "leave", "extractive": True}

    reply = api.post("/v1/answers", json={**body, "history": [turn(first)]}, headers={"Accept": "text/event-stream"})

    sent = events(reply.text)
    answer = sent[-1][1]["answer"]
    told = [citation for name, data in sent if name == "sentence" for citation in data["citations"]]
    assert told == answer["citations"]
    assert known
    new = [c for c in answer["citations"] if (c["version_id"], c["span"]["start"]) not in known]
    assert [c["marker"] for c in new] == list(range(len(known) + 1, len(known) + 1 + len(new)))
    assert any("42 days" in c["quote"] for c in new)
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer["text"])}
    assert marks == {c["marker"] for c in answer["citations"]}


def test_a_stream_begins_with_what_was_understood(api: Api, leave: dict[str, Any]) -> None:
    body = {**FOLLOW_UP, "history": [{"question": ASKED["question"]}]}

    sent = events(api.post("/v1/answers", json=body, headers={"Accept": "text/event-stream"}).text)

    assert [name for name, _ in sent[:2]] == ["step", "sources"]
    assert sent[0][1]["step"]["text"] == "How long is the notice period of Acme Corp?"


@pytest.mark.parametrize("effort", ["fast", "standard", "deep"])
def test_each_effort_answers_and_says_which_it_was(api: Api, leave: dict[str, Any], effort: str) -> None:
    body = {"question": "What is the notice period?", "collection": "leave", "effort": effort, "extractive": True}

    answer = api.post("/v1/answers", json=body).json()

    assert (answer["effort"], answer["refusal"]) == (effort, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"effort": "most"},
        {"history": [{"question": "q"}] * (MOST_TURNS + 1)},
        {"history": [{"question": "q", "answer": "a" * 60_000}] * 2},
        {"history": [{"question": ""}]},
        {"history": [{"answer": "a"}]},
        {
            "history": [
                {"question": "q", "citations": [{"marker": 0, "version_id": "v", "span": {"start": 0, "end": 1}}]}
            ]
        },
        {"history": [{"question": "q", "role": "user"}]},
    ],
    ids=["effort", "turns", "characters", "blank", "no-question", "marker", "unknown-entry"],
)
def test_what_is_out_of_bounds_is_refused(api: Api, changes: dict[str, Any]) -> None:
    reply = api.post("/v1/answers", json={**ASKED, **changes})

    assert (reply.status_code, reply.json()["code"]) == (422, "request-invalid")


def test_a_client_keeps_the_latest_turns_and_the_numbers_of_all(api: Api, leave: dict[str, Any]) -> None:
    asked = {"question": "What is the notice period?", "collection": "leave", "extractive": True}
    answer = AnswerOut.model_validate(api.post("/v1/answers", json=asked).json())
    place = answer.citations[0]
    conversation = Conversation()
    for number in range(1, KEPT_TURNS + 6):
        cited = place.model_copy(update={"marker": number, "span": SpanOut(start=number, end=number + 1)})
        conversation.add(answer.model_copy(update={"question": f"question {number}", "citations": [cited]}))

    history = conversation.history
    assert len(history) == KEPT_TURNS
    assert history[0]["question"] == "question 6"
    assert [c["marker"] for c in history[0]["citations"]] == [1, 2, 3, 4, 5, 6]
    assert api.post("/v1/answers", json={**ASKED, "history": history, "extractive": True}).status_code == 200
    conversation.start_over()
    assert conversation.history == []

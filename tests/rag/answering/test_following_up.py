"""Questions that follow others, over a real small library: what they are understood as, and what their marks mean."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.answering.conversation.turns import CitedPlace, Turn
from rag.answering.events import Answered, SentenceChecked, SourcesFound, StepTaken
from rag.answering.prompts import NOT_FOUND
from rag.citations import Answer, Effort, RefusalReason, Step, StepKind
from rag.models.chat import Message
from rag.testing import ScriptedChat
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty of the QW-300 lasts 24 months."
WEIGHT = "The QW-300 weighs 11 kilograms in all."
COLOUR = "The QW-300 is painted grey and blue."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def handbook(library: Library) -> Library:
    await library.add("handbook.txt", f"{WARRANTY}\n{WEIGHT}\n{COLOUR}", title="Handbook")
    return library


def turn(answer: Answer) -> Turn:
    places = tuple(CitedPlace(c.marker, c.version_id, c.span) for c in answer.citations)
    return Turn(answer.question, answer.text, places, answer.refusal is not None, answer.standalone_question or "")


async def test_a_follow_up_is_asked_as_what_it_means_and_says_so(handbook: Library) -> None:
    chat = ScriptedChat([WARRANTY, WEIGHT])
    first = await handbook.answerer(chat).answer("How long does the warranty of the QW-300 last?")

    second = await handbook.answerer(chat).answer("How many kilograms does it weigh?", history=[turn(first)])

    assert first.standalone_question is None
    assert second.question == "How many kilograms does it weigh?"
    assert second.standalone_question == "How many kilograms does QW-300 weigh?"
    assert "How many kilograms does QW-300 weigh?" in chat.calls[-1][0][-1].content
    assert [(step.kind, step.text, step.by) for step in second.steps] == [
        (StepKind.CONDENSE, "How many kilograms does QW-300 weigh?", "rule")
    ]


async def test_numbers_go_on_and_a_place_keeps_its_own(handbook: Library) -> None:
    answerer = handbook.answerer(ScriptedChat([WARRANTY, f"{WEIGHT} {WARRANTY}", COLOUR]))
    first = await answerer.answer("How long does the warranty of the QW-300 last?")
    second = await answerer.answer("How many kilograms does the QW-300 weigh?", history=[turn(first)])
    third = await answerer.answer("What colour is the QW-300 painted?", history=[turn(first), turn(second)])

    shown = [re.findall(r"\[(\d+)\]", answer.text) for answer in (first, second, third)]
    assert shown == [["1"], ["2", "1"], ["3"]]
    assert [c.quote for c in second.citations] == [WEIGHT, WARRANTY]
    assert [c.marker for c in second.citations] == [2, 1]


async def test_a_stream_tells_what_was_understood_first_and_numbers_alike(handbook: Library) -> None:
    answerer = handbook.answerer(ScriptedChat([WARRANTY, f"{WARRANTY} {WEIGHT}"]))
    first = await answerer.answer("How long does the warranty of the QW-300 last?")

    events = [event async for event in answerer.stream("How many kilograms does it weigh?", history=[turn(first)])]

    assert isinstance(events[0], StepTaken)
    assert isinstance(events[1], SourcesFound)
    told = [citation for event in events if isinstance(event, SentenceChecked) for citation in event.citations]
    last = events[-1]
    assert isinstance(last, Answered)
    assert tuple(told) == last.answer.citations
    assert [citation.marker for citation in told] == [1, 2]


async def test_extracts_number_on_too(handbook: Library) -> None:
    answerer = handbook.answerer(None)
    first = await answerer.answer("How long does the warranty of the QW-300 last?")
    second = await answerer.answer("How many kilograms does the QW-300 weigh in all?", history=[turn(first)])

    known = {(c.version_id, c.span): c.marker for c in first.citations}
    new = [c.marker for c in second.citations if (c.version_id, c.span) not in known]
    assert all(known.get((c.version_id, c.span), c.marker) == c.marker for c in second.citations)
    assert sorted(new) == list(range(len(known) + 1, len(known) + 1 + len(new)))


async def test_a_follow_up_after_a_refusal_uses_its_question_and_not_its_words(handbook: Library) -> None:
    chat = ScriptedChat([NOT_FOUND, WEIGHT])
    answerer = handbook.answerer(chat)
    refused = await answerer.answer("How many kilograms does the QW-400 weigh?")

    answer = await answerer.answer("And the QW-300?", history=[turn(refused)])

    assert refused.refusal is not None
    assert refused.refusal.reason in (RefusalReason.MODEL_DECLINED, RefusalReason.NO_EVIDENCE)
    assert answer.standalone_question == "How many kilograms does the QW-300 weigh?"
    assert [citation.marker for citation in answer.citations] == [1]


async def test_a_model_rewrites_where_it_is_set_to_and_only_then(handbook: Library) -> None:
    def script(messages: object) -> str:
        assert isinstance(messages, (list, tuple))
        first: Message = messages[0]
        return "How much does the QW-300 weigh?" if first.content.startswith("You rewrite") else WEIGHT

    earlier = Turn("How long does the warranty of the QW-300 last?", WARRANTY)
    by_model = handbook.answerer(ScriptedChat(script), condensing="model")
    by_rule = handbook.answerer(ScriptedChat(script))

    async def steps(effort: Effort, *, model: bool) -> list[Step]:
        answerer = by_model if model else by_rule
        answer = await answerer.answer("How much does it weigh?", history=[earlier], effort=effort)
        return [replace(step, seconds=0) for step in answer.steps]

    assert await steps(Effort.STANDARD, model=True) == [
        Step(StepKind.CONDENSE, "How much does the QW-300 weigh?", 0, by="model")
    ]
    rule = [Step(StepKind.CONDENSE, "How much does QW-300 weigh?", 0, by="rule")]
    assert await steps(Effort.STANDARD, model=False) == rule
    assert await steps(Effort.FAST, model=True) == rule

"""What each effort does for an answer, over a real small library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rag.answering.events import Answered, SentenceChecked, SourcesFound, StepTaken
from rag.answering.prompts import NOT_FOUND
from rag.citations import Effort, StepKind, SupportStatus
from rag.models.chat import Message
from rag.testing import ScriptedChat
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

LONDON = "The hotel limit in London is 250 pounds a night."
PARIS = "The hotel limit in Paris is 220 euros a night."
RINGS = "The leaking seal rings were delivered by supplier S-114."
SUPPLIER = "S-114 Tianmu Rubber, payment within 30 days."
COMPARISON = "Is the hotel limit a night higher in London or in Paris?"


class JudgedChat(ScriptedChat):
    """A model that also judges, and counts how often it was asked to."""

    judged = 0

    async def yes_margin(self, messages: Sequence[Message]) -> float | None:
        self.judged += 1
        return 4.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def policies(library: Library) -> Library:
    # So much about London that nothing else is packed for the whole question.
    more = "\n".join(f"The hotel limit of a night in London, is it higher or lower, note {n}." for n in range(12))
    await library.add("london.txt", f"{LONDON}\n{more}", title="London")
    await library.add("paris.txt", PARIS, title="Paris")
    await library.add("rings.txt", RINGS, title="Notice")
    await library.add("list.txt", SUPPLIER, title="List")
    return library


async def test_fast_asks_no_judge_and_reads_less(policies: Library) -> None:
    chat = JudgedChat([LONDON])
    answerer = policies.answerer(chat, budget_tokens=60, fast_budget_tokens=12)

    fast = await answerer.answer("What is the hotel limit in London?", effort=Effort.FAST)
    assert (fast.effort, chat.judged) == (Effort.FAST, 0)
    standard = await answerer.answer("What is the hotel limit in London?")

    assert (standard.effort, chat.judged) == (Effort.STANDARD, 1)
    prompts = [len(messages[-1].content) for messages, _ in chat.calls]
    assert prompts[0] < prompts[1]
    assert (fast.steps, standard.steps) == ((), ())


async def test_the_settings_choose_where_a_request_does_not(policies: Library) -> None:
    answer = await policies.answerer(ScriptedChat([LONDON]), effort="fast").answer("What is the hotel limit in London?")

    assert answer.effort is Effort.FAST


async def test_deep_finds_for_each_side_of_a_comparison(policies: Library) -> None:
    chat = ScriptedChat([f"{LONDON} {PARIS}"])
    answerer = policies.answerer(chat, budget_tokens=40, deep_budget_tokens=40)

    deep = await answerer.answer(COMPARISON, effort=Effort.DEEP)

    prompt = chat.calls[-1][0][-1].content
    assert PARIS in prompt
    assert LONDON in prompt
    assert [step.kind for step in deep.steps] == [StepKind.PLAN, StepKind.SEARCH, StepKind.SEARCH]
    assert {citation.quote for citation in deep.citations} == {LONDON, PARIS}
    assert len({passage.passage.id for passage in deep.retrieved}) == len(deep.retrieved)
    assert [passage.rank for passage in deep.retrieved] == list(range(1, len(deep.retrieved) + 1))
    assert [step.text for step in deep.steps[1:]] == [
        "Is the hotel limit a night higher in London?",
        "Is the hotel limit a night higher in Paris?",
    ]


async def test_deep_quotes_a_sentence_for_each_side(policies: Library) -> None:
    deep = await policies.answerer(None).answer(COMPARISON, effort=Effort.DEEP)

    assert sorted(citation.title for citation in deep.citations) == ["London", "Paris"]


async def test_deep_goes_on_from_what_the_first_evidence_names(policies: Library) -> None:
    answer = await policies.answerer(None).answer(
        "Which supplier delivered the leaking seal rings?", effort=Effort.DEEP
    )

    followed = [step for step in answer.steps if step.kind is StepKind.FOLLOW]
    assert followed
    assert followed[0].text.startswith("S-114")


async def test_a_stream_tells_each_step_when_it_is_done(policies: Library) -> None:
    stream = policies.answerer(ScriptedChat([LONDON])).stream(COMPARISON, effort=Effort.DEEP)
    events = [event async for event in stream]

    kinds = [type(event) for event in events]
    first_sentence = kinds.index(SentenceChecked)
    assert kinds[:first_sentence] == [SourcesFound, StepTaken, StepTaken, StepTaken, SourcesFound]
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.steps == tuple(event.step for event in events if isinstance(event, StepTaken))


@pytest.mark.parametrize(
    ("bounds", "searches"), [({"deep_searches": 1}, 1), ({"deep_searches": 0}, 0), ({"deep_s": 0}, 0)]
)
async def test_deep_is_bounded_in_steps_and_time(policies: Library, bounds: dict[str, Any], searches: int) -> None:
    answer = await policies.answerer(None, **bounds).answer(COMPARISON, effort=Effort.DEEP)

    assert [step.kind for step in answer.steps].count(StepKind.SEARCH) == searches
    assert answer.refusal is None


async def test_a_sentence_without_support_is_looked_for_once_more(policies: Library) -> None:
    chat = ScriptedChat([f"{LONDON} {RINGS}"])
    answerer = policies.answerer(chat, budget_tokens=30, deep_budget_tokens=30)
    question = "What is the hotel limit of a night in London?"

    standard = await answerer.answer(question)
    deep = await answerer.answer(question, effort=Effort.DEEP)

    assert [sentence.text for sentence in standard.dropped] == [RINGS]
    assert [sentence.text for sentence in deep.sentences] == [LONDON, RINGS]
    assert deep.dropped == ()
    assert deep.citations[-1].quote == RINGS
    assert deep.steps[-1].kind is StepKind.RECHECK


async def test_what_is_nowhere_stays_held_back_and_what_is_contradicted_is_not_looked_for(policies: Library) -> None:
    wrong = "The hotel limit in London is 300 pounds a night."
    chat = ScriptedChat([f"{LONDON} Penguins waddle across glaciers. {wrong}"])

    answer = await policies.answerer(chat).answer("What is the hotel limit in London?", effort=Effort.DEEP)

    assert [sentence.text for sentence in answer.sentences] == [LONDON]
    assert {sentence.text: sentence.status for sentence in answer.dropped} == {
        "Penguins waddle across glaciers.": SupportStatus.UNSUPPORTED,
        wrong: SupportStatus.CONTRADICTED,
    }
    assert [step.text for step in answer.steps if step.kind is StepKind.RECHECK] == ["Penguins waddle across glaciers."]


async def test_a_model_that_declines_is_believed_at_every_effort(policies: Library) -> None:
    answer = await policies.answerer(ScriptedChat([NOT_FOUND])).answer(COMPARISON, effort=Effort.DEEP)

    assert answer.refusal is not None
    assert StepKind.RECHECK not in [step.kind for step in answer.steps]

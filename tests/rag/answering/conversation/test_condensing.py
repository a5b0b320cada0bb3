from __future__ import annotations

import pytest

from rag.answering.conversation.additions import additions
from rag.answering.conversation.condensing import Condensed, Condenser, condensed_by_rule
from rag.answering.conversation.turns import Turn
from rag.testing import ScriptedChat

pytestmark = pytest.mark.anyio

ACME = Turn("What did Acme Corp earn in 2018?", "Acme Corp earned 3 million yuan [1].")
FOLLOW_UP = "And Bolt Ltd in 2019?"
BY_RULE = "What did Bolt Ltd earn in 2019?"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def condensed(chat: ScriptedChat | None, question: str, *turns: Turn, timeout_s: float = 5) -> Condensed | None:
    return await Condenser(chat, timeout_s).condense(question, turns)


async def test_the_first_question_and_one_that_stands_alone_are_left_as_they_are_and_no_model_is_asked() -> None:
    chat = ScriptedChat(["What?"])

    assert await condensed(chat, "How long does it last?") is None
    assert await condensed(chat, "How many days of leave are there?", ACME) is None
    assert chat.calls == []


async def test_the_model_is_asked_where_the_question_cannot_stand_alone() -> None:
    chat = ScriptedChat(['"What did Bolt Ltd earn in the year 2019?"'])

    found = await condensed(chat, FOLLOW_UP, ACME)

    assert found == Condensed("What did Bolt Ltd earn in the year 2019?", "en", "model")
    asked = chat.calls[0][0][-1].content
    assert "Acme Corp earned 3 million yuan." in asked
    assert asked.endswith(FOLLOW_UP)


@pytest.mark.parametrize(
    "written",
    [
        "What did Bolt Ltd earn in 2020?",
        "What did Crown Ltd earn in 2019?",
        "What did Bolt Ltd earn per QX-7 in 2019?",
        "博尔特公司2019年赚了多少钱？",
        "",
        "earn " * 100,
    ],
    ids=["number", "name", "code", "language", "nothing", "essay"],
)
async def test_what_the_model_adds_is_not_taken(written: str) -> None:
    assert await condensed(ScriptedChat([written]), FOLLOW_UP, ACME) == Condensed(BY_RULE, "en", "rule")


async def test_a_model_that_fails_or_is_slow_gives_way_to_the_rule() -> None:
    failing = ScriptedChat([BY_RULE], fail_after_pieces=1)
    slow = ScriptedChat([BY_RULE], piece_delay_s=5)

    assert await condensed(failing, FOLLOW_UP, ACME) == Condensed(BY_RULE, "en", "rule")
    assert await condensed(slow, FOLLOW_UP, ACME, timeout_s=0.05) == Condensed(BY_RULE, "en", "rule")
    assert await condensed(None, FOLLOW_UP, ACME) == Condensed(BY_RULE, "en", "rule")


async def test_a_refusal_lends_its_question_and_not_its_words() -> None:
    refused = Turn("How heavy is the QW-400?", "The documents do not tell; ask about QW-900.", is_refused=True)
    chat = ScriptedChat(["How heavy is the QW-900?"])

    found = await condensed(chat, "And the QW-300?", refused)

    assert found == Condensed("How heavy is the QW-300?", "en", "rule")
    assert "QW-900" not in chat.calls[0][0][-1].content


async def test_a_number_alone_is_in_the_language_of_what_it_follows() -> None:
    found = await condensed(None, "2019?", Turn("2018年的净利润是多少？"))

    assert found is not None
    assert (found.question, found.language) == ("2019的净利润是多少？", "zh")


def test_turns_are_read_one_against_the_other() -> None:
    turns = [
        Turn("高瓴人工智能学院是什么时候成立的"),
        Turn("学院的院长是谁"),
        Turn("食堂几点开门？"),
        Turn("年假有几天？"),
    ]

    assert condensed_by_rule("学院有多少教师？", turns) == "高瓴人工智能学院有多少教师？"


def test_what_a_turn_was_understood_as_is_what_the_next_follows() -> None:
    turn = Turn("它多重？", standalone_question="QW-300多重？")

    assert condensed_by_rule("那QW-400呢？", [turn]) == "QW-400多重？"


def test_numbers_count_as_the_same_in_whichever_way_they_are_written() -> None:
    assert additions("利润是3.4亿元吗？", "利润为三点四亿元，即3.4亿元") == []
    assert additions("Was it 25 days?", "二十五天") != []
    assert additions("谁在２０１９年任职？", "2019年") == []

from __future__ import annotations

import pytest

from rag.answering.conversation.carrying import carried, shortened


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What was the profit of Acme Corp in 2018?", "and in 2019?", "What was the profit of Acme Corp in 2019?"),
        ("How long does the warranty of the QW-300 last?", "What about the QW-400?",
         "How long does the warranty of the QW-400 last?"),
        ("What is the hotel limit in Shenzhen?", "And in Beijing?", "What is the hotel limit in Beijing?"),
        ("2018年的净利润是多少？", "那2019年呢？", "2019年的净利润是多少？"),
        ("QW-300 需要预热多长时间？", "那QW-400呢？", "QW-400 需要预热多长时间？"),
        ("出差到成都，酒店上限是多少？", "上海呢？", "出差到上海，酒店上限是多少？"),
    ],
)  # fmt: skip
def test_what_a_follow_up_names_takes_the_place_of_its_like(before: str, question: str, expected: str) -> None:
    assert carried(question, before) == expected


@pytest.mark.parametrize(
    ("before", "said", "question", "expected"),
    [
        ("How heavy is the QW-300?", "", "How often must it be calibrated?", "How often must QW-300 be calibrated?"),
        ("What did Acme Corp earn?", "", "Who was its chairman?", "Who was Acme Corp's chairman?"),
        ("Who runs Acme Corp?", "Jane Miller runs it.", "When was she appointed?", "When was Jane Miller appointed?"),
        ("QW-300 需要预热多长时间？", "", "它的重量是多少？", "QW-300的重量是多少？"),
        ("安骐金融控股有限公司的净利润是多少？", "", "该公司的总部在哪里？", "安骐金融控股有限公司的总部在哪里？"),
    ],
)
def test_a_pronoun_gives_way_to_what_it_stands_for(before: str, said: str, question: str, expected: str) -> None:
    assert carried(question, before, said) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How long does the warranty last?", "And for batteries?", "How long does the warranty last (for batteries)?"),
        ("How far is Leeds from York?", "How large is it?", "How large is it (How far is Leeds from York)?"),
        ("How long is it (the warranty)?", "Why?", "Why (How long is it, the warranty)?"),
        ("2018年的净利润是多少？", "那2019年的总负债呢？", "2018年的净利润是多少（2019年的总负债）？"),
        ("保修期多长？", "为什么？", "为什么（保修期多长）？"),
    ],
)
def test_where_it_is_not_clear_what_takes_which_place_both_questions_are_kept(
    before: str, question: str, expected: str
) -> None:
    assert carried(question, before) == expected


def test_the_end_of_a_name_calls_the_whole_of_it() -> None:
    assert shortened("学院的院长是谁", "高瓴人工智能学院是什么时候成立的") == "高瓴人工智能学院的院长是谁"
    assert shortened("When does the agreement end?", "Who signed the Maintenance Agreement?") == (
        "When does Maintenance Agreement end?"
    )
    assert shortened("When does the lease end?", "Who signed the Maintenance Agreement?") == ""
    assert shortened("高瓴人工智能学院的院长是谁", "高瓴人工智能学院是什么时候成立的") == ""

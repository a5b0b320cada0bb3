from __future__ import annotations

import pytest

from rag.answering.conversation.standing import stands_alone


@pytest.mark.parametrize(
    "question",
    [
        "How long does the warranty of the QW-300 last?",
        "How many parking spaces are there at the headquarters?",
        "Does the warranty cover the battery if it is damaged?",
        "Employees who travel: when are they paid?",
        "How long does it take to get a refund?",
        "Is it allowed to work from home?",
        "Who are those who may sign contracts?",
        "年假有几天？",
        "员工离职时，其社保如何处理？",
        "公司如何提升其竞争力？",
        "应该由谁签字？",
        "其他岗位的补贴是多少？",
        "哪些员工可以远程办公？",
        "仪器报故障代码 E08，该泵头最迟应在什么时候之前更换？",
    ],
)
def test_a_question_that_names_what_it_is_about_stands_alone(question: str) -> None:
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "How long does it last?",
        "And for batteries?",
        "What about the QW-400?",
        "in 2019?",
        "Who was its chairman?",
        "When was she appointed?",
        "How do they compare?",
        "What is the price of that?",
        "Is this agreement still valid?",
        "Why?",
        "How much?",
        "它的重量是多少？",
        "那2019年呢？",
        "销售岗位呢？",
        "他什么时候完成？",
        "该公司的总部在哪里？",
        "这些员工怎么申请？",
        "其价格是多少？",
        "有哪些专业",
        "为什么？",
        "上海的？",
        "2019年呢",
    ],
)
def test_one_that_refers_to_what_was_said_does_not(question: str) -> None:
    assert not stands_alone(question)

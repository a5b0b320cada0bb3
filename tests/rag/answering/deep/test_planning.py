from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.deep.planning import MOST, planned


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("Is the hotel limit higher in Singapore or in Frankfurt?",
         ["Is the hotel limit higher in Singapore?", "Is the hotel limit higher in Frankfurt?"]),
        ("Compare the profit of Acme Inc. in 2018 and Bolt Ltd in 2020. Which company earned more?",
         ["Compare the profit of Acme Inc. in 2018. Which company earned more?",
          "Compare the profit of Bolt Ltd in 2020. Which company earned more?"]),
        ("Which has the longer lead time, the oxygen sensor or the IP65 enclosure?",
         ["Which has the longer lead time, the oxygen sensor?", "Which has the longer lead time, the IP65 enclosure?"]),
        ("What are the ages of Y. Evans and K. Ramos at Parker Hospital and Windsor Hospital?",
         ["What are the ages of Y. Evans at Parker Hospital?", "What are the ages of K. Ramos at Windsor Hospital?"]),
        ("销售岗位和售后岗位的通讯补贴，哪个更高？",
         ["销售岗位的通讯补贴，哪个更高？", "售后岗位的通讯补贴，哪个更高？"]),
        ("比较2019年远方科技有限公司和2020年大山能源有限公司的净利润，哪家更高？",
         ["比较2019年远方科技有限公司的净利润，哪家更高？", "比较2020年大山能源有限公司的净利润，哪家更高？"]),
        ("根据甲市人民医院和乙市人民医院的病历，张某某和李某某的年龄谁更大？",
         ["根据甲市人民医院的病历，张某某的年龄谁更大？", "根据乙市人民医院的病历，李某某的年龄谁更大？"]),
        ("QW-300 的最大功耗比 QW-200 高多少？", ["QW-300的最大功耗 高多少？", "QW-200 的最大功耗 高多少？"]),
    ],
)  # fmt: skip
def test_a_comparison_is_looked_for_on_each_side(question: str, plan: list[str]) -> None:
    assert planned(question) == plan


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("谁负责低温测试，什么时候完成低温测试？", ["谁负责低温测试?", "什么时候完成低温测试？?"]),
        ("Who runs the pump tests, and when do the pump tests end?",
         ["Who runs the pump tests?", "when do the pump tests end?"]),
        ("What is the name of the supplier that delivered the seal rings of batch PH-2511?",
         ["Which supplier delivered the seal rings of batch PH-2511?"]),
        ("负责成都水务展的人员，还须确认什么？", ["哪个人员负责成都水务展？"]),
    ],
)  # fmt: skip
def test_a_chain_is_looked_for_step_by_step(question: str, plan: list[str]) -> None:
    assert [part.rstrip("?？") for part in planned(question)] == [part.rstrip("?？") for part in plan]


@pytest.mark.parametrize(
    "question",
    [
        "How long is the initial term of the maintenance agreement?",
        "According to the records of Acme Corp, how many orders were issued?",
        "How did the partnership, which began in 2021, change the company?",
        "谁负责，什么时候完成？",
        "自 2026 年起，导师津贴每月是多少？",
        "根据公司的财务报告，公司是如何提升市场竞争力的？",
        "",
        "？",
    ],
)
def test_a_question_about_one_thing_has_no_plan(question: str) -> None:
    assert planned(question) == []


@given(st.text(alphabet="ABab 和与的，,?？. 12and or公司岗位", max_size=60))
def test_no_plan_is_long_or_the_question_itself_again(question: str) -> None:
    plan = planned(question)

    assert len(plan) <= MOST
    assert question not in plan
    assert len(set(plan)) == len(plan)

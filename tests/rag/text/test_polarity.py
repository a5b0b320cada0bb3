from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.polarity import negated, polarity_conflict


@pytest.mark.parametrize(
    "text",
    [
        "员工不得兼职",
        "尚未生效",
        "没有加班费",
        "禁止吸烟",
        "It is not allowed.",
        "They don’t pay.",
        "without notice",
        "無須申請",
    ],
)
def test_a_denial_is_negated(text: str) -> None:
    assert negated(text)


@pytest.mark.parametrize(
    "text",
    [
        "不超过5天",
        "不少于三人",
        "不仅如此",
        "非常重要",
        "未来五年",
        "无论如何",
        "不得不离开",
        "no later than Friday",
        "No. 5",
        "not only",
    ],
)
def test_bounds_and_set_phrases_are_not_negated(text: str) -> None:
    assert not negated(text)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("员工可以兼职", "员工不得兼职。"),
        ("员工不得兼职", "员工可以兼职，但须报备。"),
        ("Employees may work elsewhere.", "Employees may not work elsewhere."),
        ("The fee is refundable", "The fee is not refundable, but the deposit is refundable"),
        ("Employees may take second jobs", "员工不得兼职"),
    ],
)
def test_a_claim_that_turns_its_source_around_conflicts(claim: str, source: str) -> None:
    assert polarity_conflict(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("员工不得兼职", "员工不得兼职。"),
        ("年假最多5天", "年假不超过5天"),
        ("The deposit is refundable", "The fee is not refundable, but the deposit is refundable"),
        ("年假可以折现", "年假仅在离职时可以折现，其他情况不可以折现"),
        ("The policy excludes travel", "保险不含差旅"),
        ("Employees get 15 days.", "员工有15天年假，未休完的不结转。"),
        ("", ""),
    ],
)
def test_no_conflict_is_seen_where_none_is_sure(claim: str, source: str) -> None:
    assert not polarity_conflict(claim, source)


@given(st.text(), st.text())
def test_no_text_conflicts_with_itself(claim: str, source: str) -> None:
    assert not polarity_conflict(claim, claim)
    assert polarity_conflict(claim, source) in (True, False)

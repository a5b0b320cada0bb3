from __future__ import annotations

import pytest

from rag.text.modality import is_open, leaves_open


@pytest.mark.parametrize(
    "text",
    [
        "公诉机关建议判处罚金5000元。",
        "公司计划建立内部控制系统。",
        "公司拟收购甲公司。",
        "这一变动可能影响业绩。",
        "The company plans to open a branch.",
        "A fine of 500 was recommended.",
        "Revenue is expected to grow.",
        "Deliveries might take a week.",
    ],
)
def test_what_is_planned_proposed_or_possible_is_open(text: str) -> None:
    assert is_open(text)
    assert leaves_open(text)


@pytest.mark.parametrize(
    "text",
    [
        "公司实施了员工健康与安全计划。",
        "被告人被判处罚金5000元。",
        "模拟测试已完成。",
        "董事会批准了收购。",
        "会议通过了章程。",
        "The plan was adopted.",
        "It opened in May.",
    ],
)
def test_what_is_done_is_not(text: str) -> None:
    assert not is_open(text)
    assert not leaves_open(text)


@pytest.mark.parametrize("text", ["公司将开设分店。", "The company will open a branch."])
def test_a_claim_of_what_is_to_come_leaves_open(text: str) -> None:
    assert leaves_open(text)
    assert not is_open(text)

from __future__ import annotations

import pytest

from rag.text.bounds import Bound, bound_at
from rag.text.quantities import quantities


def bound(text: str) -> Bound | None:
    return bound_at(text, quantities(text)[-1].span)


@pytest.mark.parametrize(
    "text",
    [
        "at least 30 days",
        "no fewer than 8 engineers",
        "more than 5,000 yuan",
        "three years or longer",
        "不少于12个字符",
        "不得低于5%",
        "超过3天",
        "三年以上",
        "至少可存放18个月",
        "30及以上",
        "12个月后",
        "Do not use it for up to 5 days",
    ],
)
def test_from_below(text: str) -> None:
    assert bound(text) is Bound.LEAST


@pytest.mark.parametrize(
    "text",
    [
        "at most 5 days",
        "up to 6 kg",
        "within 30 days",
        "no longer than 18 months",
        "capped at 5%",
        "fewer than three people",
        "10 people or fewer",
        "不超过两天",
        "不得超过18个月",
        "不足7天",
        "8岁以下",
        "30日内",
        "设备不得接入超过240伏的电源",
        "must not be connected to more than 240 volts",
    ],
)
def test_from_above(text: str) -> None:
    assert bound(text) is Bound.MOST


@pytest.mark.parametrize(
    "text", ["24 months from delivery", "共30天", "每30天更换一次", "12 months' notice", "内部编号5号"]
)
def test_a_plain_quantity_is_no_bound(text: str) -> None:
    assert bound(text) is None

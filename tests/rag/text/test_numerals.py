from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.numerals import number_pattern, number_value

_DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,230.5", "1230.5"),
        ("12.3亿", "1230000000"),
        ("1亿2000万", "120000000"),
        ("3千万", "30000000"),
        ("5万亿", "5000000000000"),
        ("1.2 billion", "1200000000"),
        ("5k", "5000"),
        ("十二", "12"),
        ("二十五", "25"),
        ("三千五百", "3500"),
        ("一百零五", "105"),
        ("两百五", "250"),
        ("三万五", "35000"),
        ("一万零三百", "10300"),
        ("一亿三千万", "130000000"),
        ("二〇二四", "2024"),
        ("十五点三", "15.3"),
        ("两", "2"),
        ("twelve", "12"),
        ("twenty-five", "25"),
        ("one hundred and twenty", "120"),
        ("two thousand, three hundred and four", "2304"),
        ("half a million", "500000"),
        ("two dozen", "24"),
    ],
)
def test_numbers_of_both_languages(text: str, value: str) -> None:
    match = number_pattern().fullmatch(text)

    assert match is not None
    assert number_value(match[0]) == Decimal(value)


@pytest.mark.parametrize("text", ["三三", "四五", "三三两两"])
def test_a_row_of_numerals_is_no_number(text: str) -> None:
    assert number_value(text) is None


@given(st.integers(1, 9999))
def test_chinese_numerals_are_read_as_they_are_written(value: int) -> None:
    thousands, hundreds, tens, ones = value // 1000, value // 100 % 10, value // 10 % 10, value % 10
    written, gap = "", False
    for digit, scale in ((thousands, "千"), (hundreds, "百"), (tens, "十"), (ones, "")):
        if digit:
            written += ("零" if gap and written else "") + _DIGITS[digit] + scale
        gap = not digit

    assert number_value(written) == value

from __future__ import annotations

import pytest

from rag.text.quantities import unsupported
from rag.text.years import last_year, leaves_year_open


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("In 2017, sales fell.", 2017),
        ("公司2016年成立，2018年上市。", 2018),
        ("From May 2020 on", 2020),
        ("It has 2017 seats.", None),
        ("一月份完成。", None),
        ("", None),
    ],
)
def test_the_year_that_is_told_last(text: str, year: int | None) -> None:
    assert last_year(text) == year


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("In January, it opened.", True),
        ("3月开业。", True),
        ("第三季度", True),
        ("In 2017, by May", False),
        ("Ten.", False),
    ],
)
def test_a_date_without_a_year_leaves_it_open(text: str, is_open: bool) -> None:
    assert leaves_year_open(text) is is_open


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("In March 2017 it closed.", "Opened in January 2017, it closed in March."),
        ("2017年3月停业。", "2017年1月开业，3月停业。"),
        ("It began in March 2017.", "It ran from March to May 2017."),
    ],
)
def test_a_date_is_of_the_year_told_before_it_or_at_the_end_of_its_span(claim: str, source: str) -> None:
    assert unsupported(claim, [source]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("In March 2018 it closed.", "Opened in January 2017, it closed in March."),
        ("It closed in March 2017.", "It closed in March and moved in 2017."),
        ("2017年3月停业。", "3月停业。2018年1月开业。"),
    ],
)
def test_a_date_is_of_no_other_year(claim: str, source: str) -> None:
    assert len(unsupported(claim, [source])) == 1

"""Dates as far as they are told: a year, a quarter, a month, a day, or parts of them, in two languages."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from rag.text.numerals import number_value

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_QUARTERS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_HALVES: Final = {"first": 1, "second": 2, "上": 1, "下": 2}


class PartialDate(NamedTuple):
    """What a date tells; None is what it leaves open. `half` and `quarter` are of the year."""

    year: int | None = None
    half: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None

    def told_by(self, source: PartialDate) -> bool:
        """Whether everything that this date says follows from the other: 2024 and 2024-Q1 from 2024-03-05."""
        return all(said is None or said == known for said, known in zip(self, source.completed(), strict=True))

    def completed(self) -> PartialDate:
        """With the quarter and the half that the month lies in."""
        quarter = self.quarter or (self.month and (self.month + 2) // 3)
        half = self.half or (quarter and (quarter + 1) // 2)
        return self._replace(quarter=quarter, half=half)


_Y = r"(?<![0-9A-Za-z])(?<![A-Za-z][-/._])(?P<y>[12][0-9]{3})"
_Y_ZH = rf"(?:{_Y}|(?P<yz>[一二][零〇一二三四五六七八九]{{3}}))\s?年度?"
_N = r"[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_MONTH_NAME = (
    r"(?=[A-Z])(?P<mn>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))\b\.?"
)
_DAY_EN = r"(?P<d>[0-9]{1,2})(?i:st|nd|rd|th)?\b"
_QUARTER_EN = r"(?:(?i:Q)(?P<q>[1-4])\b|(?i:(?P<qw>first|second|third|fourth)\squarter\b))"
_END = r"(?![0-9A-Za-z]|[-/.][0-9])"

# In the order in which they are tried: the fuller before the shorter.
_PATTERNS: Final = (
    rf"{_Y_ZH}\s?(?P<m>{_N})\s?月\s?(?P<d>{_N})\s?[日号]",
    rf"{_Y_ZH}\s?(?P<m>{_N})\s?月份?",
    rf"{_Y_ZH}\s?第?(?P<q>[1-4一二三四])季度",
    rf"{_Y_ZH}\s?(?P<h>[上下])半年",
    rf"{_Y}(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep)(?P<d>[0-9]{{1,2}}){_END}",
    rf"{_Y}[-/](?P<m>0[1-9]|1[0-2]){_END}",
    rf"\b{_MONTH_NAME}\s{_DAY_EN},?\s{_Y}{_END}",
    rf"(?<![0-9A-Za-z.,]){_DAY_EN},?\s(?:day\s)?(?:of\s)?{_MONTH_NAME},?\s{_Y}{_END}",
    rf"\b{_MONTH_NAME},?\s(?:of\s)?{_Y}{_END}",
    rf"(?<![0-9A-Za-z.,]){_QUARTER_EN}\s?(?:of\s(?:fiscal\s(?:year\s)?)?|FY\s?)?{_Y}{_END}",
    rf"(?:FY\s?)?{_Y}\s?{_QUARTER_EN}",
    rf"(?i:(?P<h>first|second)\shalf\sof\s){_Y}{_END}",
    rf"{_Y}\s?财年",
    r"(?i:\bFY)\s?(?P<y>[12][0-9]{3})(?![0-9A-Za-z]|[-/.][0-9])",
    rf"{_Y_ZH}(?!代)",
    rf"(?i:\b(?:FY\s?|fiscal\s(?:year\s)?|the\syear\s)){_Y}{_END}",
    rf"(?<![0-9A-Za-z.])(?P<m>{_N})\s?月\s?(?P<d>{_N})\s?[日号]",
    rf"(?<![0-9A-Za-z.个])(?P<m>{_N})\s?月份?(?![票亮球光均])",
    r"(?<!个)第?(?P<q>[1-4一二三四])季度",
    rf"\b{_MONTH_NAME}\s{_DAY_EN}{_END}",
    rf"(?<![0-9A-Za-z.,]){_DAY_EN},?\s(?:day\s)?(?:of\s)?{_MONTH_NAME}",
    rf"(?<![0-9A-Za-z]){_QUARTER_EN}",
    rf"(?i:\b(?:in|of|by|until|till|since|from|to|through|early|late|mid|before|after|during|between|every|each|this"
    rf"|next|last)[\s-]){_MONTH_NAME}(?!\s[A-Z])",
    r"\b(?P<mn>January|February|April|June|July|August|September|October|November|December)\b(?!\s[A-Z])",
    r"(?i:(?P<h>first|second)\shalf)\b",
    r"(?<![0-9一二三四五六七八九十])(?P<h>[上下])半年",
)


@cache
def date_patterns() -> tuple[re.Pattern[str], ...]:
    """The patterns, the fuller before the shorter; `date_of` reads their matches."""
    return tuple(map(re.compile, _PATTERNS))


def date_of(match: re.Match[str]) -> PartialDate | None:
    """The date that a pattern matched; None when there is no such month or day."""
    found = {name: text for name, text in match.groupdict().items() if text}
    date = PartialDate(
        year=_number(found.get("y") or found.get("yz")),
        half=_HALVES[found["h"].lower()] if "h" in found else None,
        quarter=_QUARTERS[found["qw"].lower()] if "qw" in found else _number(found.get("q")),
        month=_MONTHS.index(found["mn"][:3].lower()) + 1 if "mn" in found else _number(found.get("m")),
        day=_number(found.get("d")),
    )
    return date if date.month in (None, *range(1, 13)) and date.day in (None, *range(1, 32)) else None


def _number(text: str | None) -> int | None:
    value = number_value(text) if text else None
    return None if value is None else int(value)

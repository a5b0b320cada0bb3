"""Times of day in two languages: 18:00, 下午6点半, 6:30 p.m. Written alike they are compared as text."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from rag.text.numerals import number_value

_HAN_NUMBER = r"[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
_PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜间|早|晚)"
_AFTERNOON: Final = frozenset({"下午", "傍晚", "晚上", "晚间", "夜间", "晚", "pm"})

_WRITTEN: Final = (
    # 18:00, 6:30 p.m., 下午6:30
    rf"(?:{_PART}\s?)?(?<![0-9A-Za-z:.])(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])"
    r"(?:\s?(?P<meridiem>(?i:[ap]\.?m\b\.?)))?",
    r"(?i:\b(?:12\s)?(?P<noon>noon|midday)\b)|(?i:\b(?:12\s)?(?P<midnight>midnight)\b)|(?P<noon_zh>正午)|(?P<midnight_zh>午夜|(?<!之)零点(?![零〇一二三四五六七八九]))",
    # 6 p.m.
    r"(?<![0-9A-Za-z:.])(?P<hour>[0-9]{1,2})\s?(?P<meridiem>(?i:[ap]\.?m\b\.?))",
    # 下午6点半
    rf"{_PART}\s?(?P<hour>{_HAN_NUMBER})\s?[点时](?:(?P<half>半)|(?P<minute>{_HAN_NUMBER})分?|整|钟)?",
    # 9点30分, 9点至: without a part of the day, 三点 may be three points.
    rf"(?<![0-9.一二三四五六七八九十])(?P<hour>{_HAN_NUMBER})\s?点"
    rf"(?:(?P<half>半)|(?P<minute>{_HAN_NUMBER})分|整|钟|(?=[至到前后-]))",
)


@cache
def clock_patterns() -> tuple[re.Pattern[str], ...]:
    """The ways to write a time; `clock_label` reads their matches."""
    return tuple(map(re.compile, _WRITTEN))


def clock_label(match: re.Match[str]) -> str | None:
    """The time that a pattern matched as HH:MM on the 24-hour clock; None when there is no such time."""
    found = {name: text for name, text in match.groupdict().items() if text}
    if "hour" not in found:
        return "12:00" if "noon" in found or "noon_zh" in found else "00:00"
    hour = number_value(found["hour"])
    minute = 30 if "half" in found else number_value(found.get("minute", "0"))
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    part = found.get("part") or found.get("meridiem", "").lower().replace(".", "")
    if part in _AFTERNOON and hour < 12:
        hour += 12
    if part == "am" and hour == 12:
        hour -= 12
    return f"{int(hour):02}:{int(minute):02}"

"""Numbers as they are written in two languages: 1,230.5 / 12.3亿 / 三千五百 / 1.2 billion / one hundred and twenty."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from math import prod
from typing import Final

# Full-width forms and Traditional or formal numerals, one character for one, so that spans keep their place.
SAME_LENGTH: Final = str.maketrans(
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；"}
    | {ord("\u3000"): " ", ord("\u00a0"): " ", ord("\u202f"): " ", ord("￥"): "¥", ord("−"): "-", ord("○"): "〇"}
    | {
        ord(old): new
        for old, new in zip(
            "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩點個", "一二二三三四五六六七八九十百千万亿两点个", strict=True
        )
    }
    | {
        ord(old): new
        for old, new in zip("週時鐘頁臺幣圓噸歲條項種級鎊歐韓", "周时钟页台币元吨岁条项种级镑欧韩", strict=True)
    }
)

_HAN_DIGITS: Final = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_ONES: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL_WORDS: Final = {word: value for value, word in enumerate(("zero", *_ONES, *_TEENS))} | {
    word: 10 * tens for tens, word in enumerate(_TENS, start=2)
}
_SCALE_WORDS: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
SCALE_LETTERS: Final = {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12}

# More digits than this are a key or an account number, and are compared as a code.
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,9}(?![0-9])|[0-9]{1,24}(?![0-9]))(?:\.[0-9]{1,12})?(?!\.?[0-9])"
# 千克, 百分点 and the like are units, not scales.
_HAN_SCALE = r"(?:十(?=[万亿])|百(?!分)|千(?![克米瓦卡赫伏焦帕字])|万|亿)"
_HAN = (
    r"(?<![数几多好])(?!零[部件售食碎星散钱花距])[零〇一二两三四五六七八九十](?:[零〇一二两三四五六七八九十万亿]|百(?!分)|千(?![克米瓦卡赫伏焦帕字])){0,20}"
    r"(?:点[零〇一二三四五六七八九]{1,9})?"
)
_HALF = r"(?<![一上下前后过大多])半(?=个|年|天|日|小时)"

_BELOW_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES)})\b)?|{'|'.join(reversed(_TEENS))}|{'|'.join(_ONES)}|zero)"
)
_BELOW_THOUSAND = rf"{_BELOW_HUNDRED}(?:[\s-](?:hundred|dozen)\b(?:\s(?:and\s)?{_BELOW_HUNDRED}\b)?)?"
_GREAT = r"(?:thousand|million|billion|trillion)"
_SCALE_WORD = rf"(?:hundred|dozen|{_GREAT})"
_WORDS = (
    rf"(?i:\b(?:half\sa\s{_SCALE_WORD}\b|half\san?(?=\s)|a\s{_SCALE_WORD}\b|{_BELOW_THOUSAND}\b)"
    rf"(?:[\s-]{_GREAT}\b(?:,?\s(?:and\s)?{_BELOW_THOUSAND}\b)?){{0,4}})"
)
# Not inside a word, a code (GPT-4) or a longer number (1.2.3); but right after a currency's code.
_LEFT = r"(?:(?<![A-Za-z0-9_])(?<![A-Za-z][-.])(?<![0-9]\.)|(?<=RMB|CNY|USD|HKD|EUR|GBP|JPY|TWD))"
_SCALED = (
    rf"\s?{_HAN_SCALE}{{1,3}}(?:{_DIGITS}\s?{_HAN_SCALE}{{1,3}})?|\s?(?i:(?:{_SCALE_WORD}s?|mln|mn|bn|tn)\b)|[kKMB]\b"
)
_NUMBER = rf"(?:{_LEFT}{_DIGITS}(?:{_SCALED})?|{_HAN}|{_HALF}|{_WORDS})"


@cache
def number_pattern() -> re.Pattern[str]:
    """Matches every number of a text; `number_value` reads what it matched. Compiling it takes some 20 ms."""
    return re.compile(_NUMBER)


@cache
def fraction_pattern() -> re.Pattern[str]:
    """Matches 三分之一 and 百分之十五 with the groups `base` and `part`; `base_value` reads the former."""
    return re.compile(
        rf"(?P<base>[二三四五六七八九]?[十百千万]|[二三四五六七八九]|[0-9]{{1,4}})分之(?P<part>{_NUMBER})"
    )


def base_value(text: str) -> Decimal:
    """The denominator before 分之, where a scale may stand alone: 百, 千, 万."""
    scale = _HAN_SCALES.get(text)
    return Decimal(scale) if scale else number_value(text) or Decimal(1)


_SIMPLE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s?([A-Za-z]*)")
_MIXED = re.compile(rf"({_DIGITS})\s?({_HAN_SCALE}+)")


def number_value(text: str) -> Decimal | None:
    """The value of what `number_pattern` matched; None for numerals that make no number, as in 三三两两."""
    text = text.strip()
    if text == "半":
        return Decimal("0.5")
    if not text[:1].isdigit():
        return _han_value(text) if text[:1] in _HAN_DIGITS or text[:1] == "十" else _words_value(text)
    mixed = _MIXED.findall(text)
    if mixed:
        return sum((_digits(digits) * prod(_HAN_SCALES[c] for c in scale) for digits, scale in mixed), Decimal(0))
    match = _SIMPLE.match(text)
    if not match:
        return None
    letters = match[2].lower()
    scale = SCALE_LETTERS.get(letters) or _SCALE_WORDS.get(letters.rstrip("s"), 1)
    return _digits(match[1]) * scale


def _digits(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _han_value(text: str) -> Decimal | None:
    whole, _, fraction = text.partition("点")
    value = _han_whole(whole)
    if value is None or not fraction:
        return value
    return value + Decimal("0." + "".join(str(_HAN_DIGITS[character]) for character in fraction))


def _han_whole(text: str) -> Decimal | None:
    if all(character in _HAN_DIGITS for character in text):
        return _positional(text)
    total = section = digit = 0
    previous = ""
    for character in text:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif character in "万亿":
            section = (section + digit) * _HAN_SCALES[character]
            total, section, digit = _raised(total, section, character), 0, 0
        else:
            section += (digit or 1) * _HAN_SCALES[character]
            digit = 0
        if character not in _HAN_DIGITS or not digit:
            previous = character
    # 三万五 is 35,000 and 两百五 is 250, but 一百零五 is 105.
    shorthand = _HAN_SCALES.get(previous, 10) // 10
    return Decimal(total + section + digit * max(1, shorthand))


def _raised(total: int, section: int, scale: str) -> int:
    """一万亿 is ten thousand times a hundred million; 一亿三千万 is a sum."""
    if scale == "亿" and 0 < total < _HAN_SCALES["亿"]:
        return (total + section // _HAN_SCALES[scale]) * _HAN_SCALES[scale]
    return total + section


def _positional(text: str) -> Decimal | None:
    """二〇二四 is written digit by digit. 三四 and 三三两两 are no numbers."""
    if len(text) > 1 and len(text) < 4 and not set(text) & {"〇", "零"}:
        return None
    if len(text) >= 4 and "两" in text:
        return None
    return Decimal(int("".join(str(_HAN_DIGITS[character]) for character in text)))


def _words_value(text: str) -> Decimal | None:
    total = section = Decimal(0)
    for word in re.findall("[a-z]+", text.lower()):
        singular = word if word in _SMALL_WORDS else word.rstrip("s")
        if singular in _SMALL_WORDS:
            section += _SMALL_WORDS[singular]
        elif word == "half":
            section = Decimal("0.5")
        elif singular in ("hundred", "dozen"):
            section = (section or Decimal(1)) * _SCALE_WORDS[singular]
        elif singular in _SCALE_WORDS:
            total, section = total + (section or Decimal(1)) * _SCALE_WORDS[singular], Decimal(0)
    return total + section

"""Units of both languages: their names, what they measure, and the exact conversions between them.

Conversions that hold only on average are not made: a month is not 30 days, and a working day is not a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from rag.text.quantity import QuantityKind


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: `factor` of its `base` make it up. `spellings` are alternatives of a regular expression."""

    base: str
    kind: QuantityKind
    factor: Decimal
    spellings: str


def _unit(base: str, kind: QuantityKind, factor: str, spellings: str) -> Unit:
    return Unit(base, kind, Decimal(factor), spellings)


_DURATION, _MEASURE, _COUNT = QuantityKind.DURATION, QuantityKind.MEASURE, QuantityKind.COUNT
_PERCENT, _POINT = QuantityKind.PERCENT, QuantityKind.PERCENTAGE_POINT

# Chinese spellings, then English ones after a space. English ones must end at a word's edge; those in capitals or of
# one letter are symbols, whose case counts.
_UNITS: Final = (
    _unit("percentage_point", _POINT, "1", r"个?百分点 (?i:percentage[\s-]points?|ppts?|pps?)"),
    _unit("percentage_point", _POINT, "0.01", r"个?基点 (?i:basis[\s-]points?)|bps?|BPS"),
    _unit("percent", _PERCENT, "1", r"% (?i:per\s?cent|pct)"),
    _unit("percent", _PERCENT, "0.1", r"‰ (?i:per\smille)"),
    _unit("working_day", _DURATION, "1", r"个?工作日|个?交易日 (?i:(?:working|business|work|trading)[\s-]days?)"),
    _unit("month", _DURATION, "120", r"个十年 (?i:decades?)"),
    _unit("month", _DURATION, "12", r"周年|年(?![代级轻]) (?i:years?|yrs?)(?!-?\s?old)"),
    _unit("month", _DURATION, "3", r"个季度 (?i:quarters?)"),
    _unit("month", _DURATION, "1", r"个月|(?<=半)月 (?i:months?)"),
    _unit("day", _DURATION, "7", r"个?星期|个?礼拜|周(?!岁|边|末) (?i:weeks?|wks?)"),
    _unit("day", _DURATION, "1", r"个?自然日|天|日(?!元) (?i:(?:calendar[\s-])?days?)"),
    _unit("second", _DURATION, "3600", r"个?小时|个?钟头 (?i:hours?|hrs?)|h"),
    _unit("second", _DURATION, "60", r"分半?钟 (?i:minutes?|mins?)"),
    _unit("second", _DURATION, "1", r"秒钟?(?!杀) (?i:seconds?|secs?)|s"),
    _unit("second", _DURATION, "0.001", r"毫秒 (?i:milliseconds?)|ms"),
    _unit("year_of_age", _MEASURE, "1", r"周?岁 (?i:years?[\s-]old|years?\sof\sage)"),
    _unit("km/h", _MEASURE, "1", r"公里每小时|千米每小时|公里/小时|千米/小时 (?i:km/h|kmh|kph)"),
    _unit("m²", _MEASURE, "1000000", r"平方公里|平方千米 (?i:square\skilomet(?:re|er)s?)|km²|km2|sq\skm"),
    _unit("m²", _MEASURE, "10000", r"公顷 (?i:hectares?)|ha"),
    _unit("m²", _MEASURE, "1", r"平方米|平米|㎡ (?i:square\smet(?:re|er)s?|sq\.?\sm)|m²|m2"),
    _unit("mu", _MEASURE, "1", r"亩 (?i:mu)"),
    _unit("litre", _MEASURE, "1000", r"立方米|m³ (?i:cubic\smet(?:re|er)s?)|m³|m3"),
    _unit("litre", _MEASURE, "1", r"公?升(?![级至到高]) (?i:lit(?:re|er)s?)|L|l(?=/)"),
    _unit("litre", _MEASURE, "0.001", r"毫升 (?i:millilit(?:re|er)s?|ml)"),
    _unit("metre", _MEASURE, "1000", r"公里|千米 (?i:kilomet(?:re|er)s?|kms?)"),
    _unit("metre", _MEASURE, "0.01", r"厘米 (?i:centimet(?:re|er)s?)|cm"),
    _unit("metre", _MEASURE, "0.001", r"毫米 (?i:millimet(?:re|er)s?)|mm"),
    _unit("metre", _MEASURE, "1", r"米(?![饭粉面兰]) (?i:met(?:re|er)s?)|m"),
    _unit("metre", _MEASURE, "0.000000001", r"纳米 (?i:nanomet(?:re|er)s?)|nm"),
    _unit("metre", _MEASURE, "0.000001", r"微米 (?i:micromet(?:re|er)s?|microns?)|[µμ]m"),
    _unit("yard", _MEASURE, "1", r"码(?![头]) (?i:yards?|yds?)"),
    _unit("mile", _MEASURE, "1", r"英里 (?i:miles?)"),
    _unit("foot", _MEASURE, "1", r"英尺 (?i:feet|foot|ft)"),
    _unit("inch", _MEASURE, "1", r"英寸 (?i:inch(?:es)?)"),
    _unit("kg", _MEASURE, "1000", r"吨 (?i:(?:metric\s)?tons?|tonnes?)|t"),
    _unit("kg", _MEASURE, "1", r"公斤|千克 (?i:kilograms?|kilos?|kgs?)"),
    _unit("kg", _MEASURE, "0.5", r"斤"),
    _unit("kg", _MEASURE, "0.001", r"克(?![拉服]) (?i:grams?)|g"),
    _unit("kg", _MEASURE, "0.000001", r"毫克 (?i:milligrams?)|mg"),
    _unit("pound_mass", _MEASURE, "1", r"磅 (?i:lbs?)"),
    _unit("°C", _MEASURE, "1", r"℃|°C|摄氏度|度(?!假) (?i:degrees?\s(?:celsius|centigrade))"),
    _unit("°F", _MEASURE, "1", r"℉|°F|华氏度 (?i:degrees?\sfahrenheit)"),
    _unit("kWh", _MEASURE, "1", r"千瓦时|千瓦·时 (?i:kilowatt[\s-]hours?)|kWh"),
    _unit("kW", _MEASURE, "1000", r"兆瓦 (?i:megawatts?)|MW"),
    _unit("kW", _MEASURE, "1", r"千瓦 (?i:kilowatts?)|kW"),
    _unit("W", _MEASURE, "1", r"瓦特?(?!解) (?i:watts?)|W"),
    _unit("V", _MEASURE, "1", r"伏特? (?i:volts?)|V"),
    *(_unit(f"{size}B", _MEASURE, "1", rf"(?i:{size}i?B)") for size in "KMGTP"),
    _unit("byte", _MEASURE, "1", r"个?字节 (?i:bytes?)"),
    *(_unit(f"{size}bps", _MEASURE, "1", rf"(?i:{size}bps|{size}bit/s)") for size in "KMG"),
    _unit("Hz", _MEASURE, "1", r"赫兹 (?i:hertz|Hz)"),
    _unit("GHz", _MEASURE, "1", r"(?i:GHz)"),
    _unit("MHz", _MEASURE, "1", r"(?i:MHz)"),
    _unit("token", _COUNT, "1", r"个?词元 (?i:tokens?)"),
    _unit("word", _COUNT, "1", r"个?字(?![母节段符]) (?i:words?)"),
    _unit("character", _COUNT, "1", r"个?字符 (?i:characters?|chars?)"),
    _unit("visit", _COUNT, "1", r"人次 (?i:person-times|visits?)"),
    _unit("person", _COUNT, "1", r"个?人(?![民均工类事力才员体]) (?i:people|persons?)"),
    _unit("person", _COUNT, "1", r"名(?![称字义额])|位(?![于置居列]) (?i:employees?|staff|individuals?)"),
    _unit("household", _COUNT, "1", r"户 (?i:households?)"),
    _unit("company", _COUNT, "1", r"家(?![庭具人长乡]) (?i:compan(?:y|ies)|firms?|enterprises?)"),
    _unit("fold", _COUNT, "1", r"倍(?!数) (?i:fold)"),
    _unit("times", _COUNT, "1", r"(?i:times)"),
    _unit("occurrence", _COUNT, "1", r"次(?![序级要于]) (?i:occasions?)"),
    _unit("page", _COUNT, "1", r"页(?!面) (?i:pages?)"),
    _unit(
        "device",
        _COUNT,
        "1",
        r"台(?![湾北风州阶账])|套|辆|架(?!构)|部(?![分门署委]) (?i:units?|sets?|devices?|vehicles?)",
    ),
    _unit("copy", _COUNT, "1", r"份(?!额) (?i:copies|copy)"),
    _unit("share", _COUNT, "1", r"股(?![东权份票]) (?i:shares?)"),
    _unit(
        "item",
        _COUNT,
        "1",
        r"个(?![人体性别])|件(?!数)|[项款](?![目项])|种(?![类植子])|条(?![件例])|类(?![似型别])"
        r"|[票颗瓶盒粒箱袋桶座栋艘册篇封棵枚根]|例(?![如外会行])|张(?![力贴开])|支(?![付持出行撑部配架援])|所(?![述有在以属谓得需])"
        r"|场(?![所地景])|批(?![准次发复评示])|组(?![织成合建长员件])|间(?![隔接断歇的])|笔(?![者记试])|片(?![面区段刻])|层(?![面次级])"
        r" (?i:items?|pieces?|kinds?|types?)",
    ),
)


def _pattern(spellings: str) -> str:
    """`\\s` inside a spelling is written as such, so the only space separates the two languages."""
    parts = spellings.split(" ")
    edges = [part if not part[0].isascii() or part[0] == "%" else rf"(?:{part})(?![A-Za-z0-9])" for part in parts]
    return "|".join(edges)


# The yen shares its sign with the yuan; in documents of this service's two languages it is the yuan's.
CURRENCIES: Final = {
    "CNY": r"人民币|元(?![旦素宵老首])|块钱|RMB|CNY|CN¥|¥|(?i:(?:chinese\s)?yuan|renminbi)",
    "USD": r"美元|美金|USD|US\$|\$|(?i:(?:u\.?s\.?\s)?dollars?)",
    "HKD": r"港元|港币|HKD|HK\$|(?i:hong\skong\sdollars?)",
    "TWD": r"新台币|台币|TWD|NT\$",
    "EUR": r"欧元|EUR|€|(?i:euros?)",
    "GBP": r"英镑|GBP|£|(?i:pounds?(?:\ssterling)?)",
    "JPY": r"日元|日币|JPY|(?i:(?:japanese\s)?yen)",
    "KRW": r"韩元|韩币|KRW|₩",
    "SGD": r"新加坡元|新元|SGD|S\$",
    "AUD": r"澳元|AUD|A\$",
    "CAD": r"加元|CAD|C\$",
    "CHF": r"瑞士法郎|CHF",
}
# Longer names first where one ends another: HK$ before $, 新台币 before 台币.
_LONGEST_CURRENCY: Final = 18
_ORDER: Final = ("HKD", "TWD", "SGD", "AUD", "CAD", "JPY", "KRW", "EUR", "GBP", "CHF", "USD", "CNY")
_CURRENCY = "|".join(f"(?P<{code}>{CURRENCIES[code]})" for code in _ORDER)
_UNIT = "|".join(f"(?P<u{index}>{_pattern(unit.spellings)})" for index, unit in enumerate(_UNITS))


class Following(NamedTuple):
    """What stands after a number: where it ends, the unit, and what it adds to the number (个半, 年半)."""

    end: int
    unit: Unit
    extra: Decimal


def unit_after(text: str, position: int) -> Following | None:
    """The unit or currency that belongs to a number ending at `position`."""
    match = _after().match(text, position)
    if match is None:
        return None
    half = match["half"] or match["more"] == "个半" or "分半" in match[0]
    return Following(match.end(), _unit_matched(match), Decimal("0.5") if half else Decimal(0))


def currency_before(text: str, earliest: int, position: int) -> tuple[int, Unit] | None:
    """The currency before a number beginning at `position` and where it begins, not before `earliest`."""
    earliest = max(earliest, position - _LONGEST_CURRENCY)
    match = _before().search(text[earliest:position])
    return (earliest + match.start(), currency(match.lastgroup)) if match and match.lastgroup else None


def currency(code: str) -> Unit:
    return Unit(code, QuantityKind.MONEY, Decimal(1), CURRENCIES[code])


def declared_units(text: str) -> list[tuple[Decimal, Unit]]:
    """The units that a table's header or caption declares for bare numbers, each with its scale.

    单位：万元, 金额（亿元）, 增速(%), (RMB million).
    """
    return [
        (Decimal(_SCALES[(match["scale"] or match["scale_en"] or "").lower().rstrip("s")]), _unit_matched(match))
        for match in _declared().finditer(text)
    ]


_SCALES: Final = {
    "": 1,
    **{"十": 10, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12},
    **{"thousand": 10**3, "million": 10**6, "billion": 10**9},
}


def _unit_matched(match: re.Match[str]) -> Unit:
    names = (name for name, matched in match.groupdict().items() if matched)
    found = next(name for name in names if name.isupper() or name[1:].isdecimal())
    return _UNITS[int(found[1:])] if found[0] == "u" else currency(found)


@cache
def _declared() -> re.Pattern[str]:
    unit = rf"(?:{_CURRENCY}|{_UNIT})"
    scale_en = r"(?P<scale_en>(?i:thousands?|millions?|billions?))"
    return re.compile(
        rf"(?:单位\s?[:：为]?\s?|[(（])(?:人民币)?(?P<scale>百万|千万|万亿|[千万亿])?{unit}(?:\s{scale_en})?\s?(?=[)）\n|,，;；]|\Z)"
    )


# 3,000 operating hours, five consecutive working days.
_ADJECTIVE: Final = (
    r"(?:(?i:operating|consecutive|full|additional|further|extra|more|paid|running|ordinary|individual)\s)?"
)


@cache
def _after() -> re.Pattern[str]:
    # A contract repeats its numbers: four (4) years.
    return re.compile(
        rf"(?:\s?[(（][0-9,.]{{1,12}}[)）])?\s?(?P<more>[多余几来]|个半)?\+?[\s-]?{_ADJECTIVE}(?:{_CURRENCY}|{_UNIT})(?P<half>(?<=[年天时])半)?"
    )


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{_CURRENCY})\s?\Z")

"""Whether the quantities of a claim are told by its sources: the guard behind "60 months never rests on 24 months".

Numbers, percentages, money, durations, measures, dates and codes are brought to one form across both languages and
compared exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from rag.text.dates import PartialDate
from rag.text.quantity import Quantity, QuantityKind
from rag.text.quantity_reading import quantities
from rag.text.units import declared_units

__all__ = [
    "Quantity",
    "QuantityKind",
    "comparable",
    "quantities",
    "stated",
    "supports",
    "told_year",
    "unsupported",
    "without_quantities",
]

# What readers of the two languages call by different words, or by no word of their own.
_SAME_COUNTS = ({"times", "fold"}, {"times", "occurrence"})

_FALL = re.compile(
    r"(?:下降|减少|降低|下滑|下跌|跌|亏损|缩减|回落|(?i:decreas|declin|fell|fall|drop|down|reduc|loss|lower|negative))"
    r"[^，。；,.;!?！？0-9]*\Z"
)
_FALL_CHARACTERS: Final = 20

_LIST_OPENING = re.compile(r"[:：]|分别(?:为|是)|包括|(?i:namely|including|such as|which are)\s")
_LIST_SEPARATOR = re.compile(r"[、，,;；]\s*(?:(?i:and)\s)?|\s(?i:and)\s|以及|和|及(?!其)")
_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
_IN_ALL = re.compile(r"[，,]\s?(?:共计?|总计|合计|一共|(?i:in (?:all|total)))")
_LONGEST_LIST: Final = 20
_TIME_WORD_BEFORE = re.compile(
    r"(?i:\b(?:in|of|by|during|since|throughout|until|till|through|early|late|mid|before|after|from|between|year)[\s-])\Z"
)
_TIME_WORD_CHARACTERS: Final = 12
_BETWEEN_DATES = re.compile(r"\s?(?:-|–|—|~|,|(?i:to|and|or|until|till|through))\s?")


def supports(claim: Quantity, source: Quantity) -> bool:
    """Whether a quantity of a source states what the claim's says: the same value of a compatible unit.

    A date is supported by a fuller one, a claim without a unit by the same value with one, and a count of things that
    one language names and the other leaves bare ("500 employees", 500人) by either. Percentage points are not per cent.
    """
    if claim.date:
        return claim.date.told_by(source.date) if source.date else claim.date == _as_year(source)
    if source.date:
        year = _as_year(claim)
        return year is not None and year.told_by(source.date)
    if QuantityKind.CODE in (claim.kind, source.kind):
        return _as_code(claim) == _as_code(source)
    if _is_age(claim) != _is_age(source) and QuantityKind.DURATION in (claim.kind, source.kind):
        return _in_months(claim) == _in_months(source)
    return claim.value == source.value and _units_agree(claim, source)


def _as_code(quantity: Quantity) -> str:
    """A number read as a code, as in "version 2.0" and V2.0."""
    return f"{quantity.value}" if quantity.kind is QuantityKind.NUMBER else quantity.label


def _is_age(quantity: Quantity) -> bool:
    return quantity.unit == "year_of_age"


def _in_months(quantity: Quantity) -> tuple[Decimal, str]:
    """An age, which English writes as a duration: children under two years."""
    return (12 * quantity.value, "month") if _is_age(quantity) else (quantity.value, quantity.unit)


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities tell the same sort of thing, so that one can be said in the place of the other."""
    dates = [bool(quantity.date or _as_year(quantity)) for quantity in (one, other)]
    if any(dates):
        return all(dates)
    if one.kind is QuantityKind.COUNT or one.kind is QuantityKind.MEASURE:
        return one.kind is other.kind and _units_agree(one, other)
    return one.kind is other.kind and (one.unit == "clock") == (other.unit == "clock")


def unsupported(claim: str, sources: Sequence[str]) -> list[Quantity]:
    """The quantities that the claim is held to and that no source states.

    Bare numbers of a source also count in the units that it declares (单位：万元), and "fell by 5%" states −5%.
    """
    told = [quantity for source in sources for quantity in stated(source)]
    return [
        quantity
        for quantity in quantities(claim)
        if quantity.certain
        and not _counts_own_list(claim, quantity)
        and not any(supports(said, known) for said in _with_fall(claim, quantity) for known in told)
    ]


def without_quantities(text: str) -> str:
    """A text without its numbers and their units, which may have names in them: Hong Kong dollars, Celsius."""
    kept, position = [], 0
    for quantity in quantities(text):
        kept.append(text[position : quantity.span.start])
        position = quantity.span.end
    return " ".join([*kept, text[position:]])


def _counts_own_list(claim: str, quantity: Quantity) -> bool:
    """Whether the claim counts what it goes on to list, or has listed: 3项，分别为A、B和C."""
    if quantity.kind not in (QuantityKind.COUNT, QuantityKind.NUMBER) or not 2 <= quantity.value <= _LONGEST_LIST:
        return False
    before, after = claim[: quantity.span.start], claim[quantity.span.end :]
    listed = _LIST_OPENING.search(after)
    lists = [_SENTENCE_END.split(after[listed.end() :])[0]] if listed else []
    opened = _LIST_OPENING.search(_SENTENCE_END.split(before)[-1])
    if opened and _IN_ALL.search(before):
        lists.append(_IN_ALL.split(_SENTENCE_END.split(before)[-1][opened.end() :])[0])
    return any(len(list(filter(str.strip, _LIST_SEPARATOR.split(items)))) == quantity.value for items in lists)


def stated(source: str) -> Iterator[Quantity]:
    """What a source states: its quantities, bare numbers in the units that it declares, dates with the year that they
    are of where the text tells it elsewhere.
    """
    declared = declared_units(source)
    for quantity in _dated(source, quantities(source)):
        yield from _with_fall(source, quantity)
        if quantity.kind is QuantityKind.NUMBER:
            for scale, unit in declared:
                value = quantity.value * scale * unit.factor
                yield replace(quantity, kind=unit.kind, unit=unit.base, value=value)


def _dated(source: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Each quantity and, for a date without a year, the same in the year it is of: the one that was told last, or the
    one at the end of its span of time.
    """
    year: int | None = None
    for quantity, following in zip_longest(found, found[1:]):
        yield quantity
        year = told_year(source, quantity) or year
        if quantity.date and quantity.date.year is None:
            its_year = _year_of_span(source, quantity, following) or year
            if its_year:
                yield replace(quantity, date=quantity.date._replace(year=its_year))


def told_year(text: str, quantity: Quantity) -> int | None:
    """The year that a quantity of a text tells, as a date or bare after a word of time: in 2017."""
    if quantity.date:
        return quantity.date.year
    year = _as_year(quantity)
    before = text[max(0, quantity.span.start - _TIME_WORD_CHARACTERS) : quantity.span.start]
    return year.year if year and _TIME_WORD_BEFORE.search(before) else None


def _year_of_span(source: str, quantity: Quantity, following: Quantity | None) -> int | None:
    """2017, of March in "from March to May 2017"."""
    if following is None or following.date is None:
        return None
    between = source[quantity.span.end : following.span.start]
    return following.date.year if _BETWEEN_DATES.fullmatch(between) else None


def _with_fall(text: str, quantity: Quantity) -> Iterator[Quantity]:
    """The quantity and, after a word that says something fell, its negative."""
    yield quantity
    start = quantity.span.start
    if _FALL.search(text[max(0, start - _FALL_CHARACTERS) : start]):
        yield replace(quantity, value=-quantity.value)


def _as_year(quantity: Quantity) -> PartialDate | None:
    """A bare number read as a year, as in "the 2024 report"."""
    bare = quantity.kind is QuantityKind.NUMBER and 1000 <= quantity.value < 3000
    return PartialDate(year=int(quantity.value)) if bare and quantity.value % 1 == 0 else None


def _units_agree(claim: Quantity, source: Quantity) -> bool:
    if claim.kind is QuantityKind.NUMBER:
        return True
    if source.kind is QuantityKind.NUMBER:
        return claim.kind in (QuantityKind.COUNT, QuantityKind.ORDINAL) or _is_age(claim)
    if claim.kind is source.kind is QuantityKind.COUNT:
        units = {claim.unit, source.unit}
        return len(units) == 1 or "item" in units or units in _SAME_COUNTS
    return claim.kind == source.kind and claim.unit == source.unit

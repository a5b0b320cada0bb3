"""Whether two sentences of different documents tell the same thing differently. Careful: few alarms, and those right.

They must be near in what they say besides their quantities, about the same subject, in the same period; then exactly
one quantity of a kind may stand against one, or a denial against an assertion. What has a part that the other has not
- another date, another name, buyer for seller - is taken to be about something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from rag.answering.evidence import EvidenceSentence
from rag.text.bounds import bound_at
from rag.text.contrasts import contrasts
from rag.text.language import detect_language
from rag.text.name_comparison import other_names
from rag.text.names import han_names, latin_names
from rag.text.polarity import content_words, polarity_conflict
from rag.text.quantities import Quantity, QuantityKind, comparable, quantities, supports, without_quantities
from rag.text.word_lists import word_set

CLOSE = 0.45
"""Least centred cosine of two sentences, without their headers, that are about one thing, in one language."""
CLOSE_ACROSS = 0.55
"""The same across languages, where there are no words to compare. Among the planted pairs (docs/answering.md), one of
forty about different things reaches it, and half of those about the same."""
SHARED_WORDS = 0.5
"""Share of the longer sentence's words, quantities apart, that the other must have within one language."""
OF_ITS_OWN = 0.1
"""Share of its words that the shorter one may have alone. Two sentences that each have words of their own tell of two
things: the warranty of the pump, the warranty of the battery."""
NEARLY_ALL_WORDS = 0.75
"""Share of the longer one's words from which bare numbers and years are compared too, and headers need not speak of one
subject."""
LEAST_WORDS = 3
ROUNDING = Decimal("0.01")
ROUGHLY = Decimal("0.1")
"""Relative differences below which two figures are one: told more exactly, or said to be about so much."""

_COMPARED: Final = frozenset({
    QuantityKind.PERCENT, QuantityKind.PERCENTAGE_POINT, QuantityKind.MONEY, QuantityKind.DURATION,
    QuantityKind.MEASURE, QuantityKind.COUNT, QuantityKind.DATE,
})  # fmt: skip

# Who is left to the document to name: two reports say it of two companies, and two records of two patients.
_LEFT_TO_DOCUMENT = re.compile(
    r"\A[^:：]{1,16}[:：]|本?公司|该公司|集团|我院|本院|医院|患者|病人|被告|原告|上诉|当事人|本行|本所|我司|甲方|乙方|该项目|本项目|报告期|同比|本年"
    r"|\b(?i:the (?:company|group|firm|hospital|patient|defendant|plaintiff|appellant|court|bank|project)|we|our"
    r"|year[- ]on[- ]year)\b"
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_BODY = re.compile(
    r"公司|集团|医院|法院|银行|大学|事务所|\b(?i:ltd|inc|corp|llc|plc|company|group|hospital|court|bank|university)\b"
)
_LABEL = re.compile(r"(?<![A-Za-z])(?!A\s[a-z]|I\s)[A-Z](?![A-Za-z'’.&])")
"""A letter that tells one thing of a row from the next: Series B, A轮."""
_OPENING = re.compile(r"(?:\A|[，,;；。.]\s?)(?:(?i:in|on|during|for|by|as of|since)\s(?:the\s)?|自|在|截至)?\Z")


_FILLING: Final = frozenset("于为由与和及之以其每各则前后内共计约达到从对向把被让给自起个名位员") | word_set(
    "have has had give given receive set amount total each every per long last at by of on in within after before to",
)
"""What two tellings of one thing may differ in, besides the words that a denial changes."""


class DisagreementKind(StrEnum):
    QUANTITY = "quantity"
    DATE = "date"
    POLARITY = "polarity"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What the one says and what the other; the whole sentences, where the one denies the other."""

    kind: DisagreementKind
    one: str
    other: str


def disagreement(one: EvidenceSentence, other: EvidenceSentence) -> Disagreement | None:
    """How two sentences contradict one another by their words; None where they do not, or tell of different things.

    It holds where they are close besides (`needed_closeness`), which takes an embedder to tell.
    """
    across = is_across(one, other)
    shared = 1.0 if across else _shared_words(one, other)
    if shared < SHARED_WORDS:
        return None
    exact = not across and shared >= NEARLY_ALL_WORDS
    found = _differing_quantity(one, other, exact=exact) or _denial(one, other)
    return found if found and _same_subject(one, other, across=across, alike=exact) else None


def difference(one: EvidenceSentence, other: EvidenceSentence) -> Disagreement | None:
    """The quantity, date or denial in which two sentences differ, whatever they are of."""
    return _differing_quantity(one, other, exact=True) or _denial(one, other)


def is_across(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    return one.source.passage.language != other.source.passage.language


def needed_closeness(one: EvidenceSentence, other: EvidenceSentence) -> float:
    """The centred cosine, without headers, from which two sentences are about one thing."""
    return CLOSE_ACROSS if is_across(one, other) else CLOSE


def _shared_words(one: EvidenceSentence, other: EvidenceSentence) -> float:
    """The share of the longer sentence's words in the other; 0 where each has words of its own, or they are few."""
    first, second = (_content(each.text) for each in (one, other))
    shared = first & second
    if len(shared) < LEAST_WORDS or min(len(side - shared) / len(side) for side in (first, second)) > OF_ITS_OWN:
        return 0.0
    return len(shared) / max(len(first), len(second))


def _content(text: str) -> frozenset[str]:
    return content_words(without_quantities(text)) - _FILLING


def _same_subject(one: EvidenceSentence, other: EvidenceSentence, *, across: bool, alike: bool) -> bool:
    if _names_differ(one, other) or _names_differ(other, one) or _periods_differ(one, other):
        return False
    if _opposed(one, other) or set(_LABEL.findall(one.text)) != set(_LABEL.findall(other.text)):
        return False
    if _names(one.text) & _names(other.text):
        return True
    if not across and _is_one_title(one.source.title, other.source.title):
        return True
    if not across and _of_different_bodies(one.source.title, other.source.title):
        return False
    return (across or alike) and not any(map(_LEFT_TO_DOCUMENT.search, (one.text, other.text)))


def _names_differ(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    """Whether the one names something that neither the other nor its header does."""
    headers = [other.source.passage.context, other.source.title]
    return bool(other_names(without_quantities(one.text), [without_quantities(other.text)], headers))


def _names(text: str) -> frozenset[str]:
    return frozenset([*map(str.lower, latin_names(text)), *(name.text for name in han_names(text))])


def _of_different_bodies(one: str, other: str) -> bool:
    """Whether a document is named for a company or a court that the other's title does not name: what it says without
    a name, it says of them.
    """
    return bool(_BODY.search(one) or _BODY.search(other)) and not _names(one) & _names(other)


def _is_one_title(one: str, other: str) -> bool:
    """Whether one title says no more than the other: Handbook, Handbook 2023. Each with a name of its own is not."""
    first, second = _content(one), _content(other)
    return bool(first & second) and (first <= second or second <= first)


def _periods_differ(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    """Whether their headers are of different years: the report of 2021 does not contradict that of 2022."""
    first, second = (set(_YEAR.findall(_header(each))) for each in (one, other))
    return bool(first and second and not first & second)


def _header(sentence: EvidenceSentence) -> str:
    return f"{sentence.source.title}\n{sentence.source.passage.context}"


def _opposed(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    return bool(contrasts(one.text, [other.text]) or contrasts(other.text, [one.text]))


def _differing_quantity(one: EvidenceSentence, other: EvidenceSentence, *, exact: bool) -> Disagreement | None:
    """The one pair of quantities in which two sentences differ, where all others are told by both."""
    first, second = _held_to(one.text), _held_to(other.text)
    left = [quantity for quantity in first if not any(_same(quantity, known) for known in second)]
    right = [quantity for quantity in second if not any(_same(quantity, known) for known in first)]
    if len(left) != 1 or len(right) != 1 or not _contradict(left[0], right[0], one.text, other.text, exact=exact):
        return None
    kind = DisagreementKind.DATE if left[0].date else DisagreementKind.QUANTITY
    return Disagreement(kind, left[0].span.of(one.text), right[0].span.of(other.text))


def _held_to(text: str) -> list[Quantity]:
    return [quantity for quantity in quantities(text) if quantity.certain]


def _same(one: Quantity, other: Quantity) -> bool:
    return supports(one, other) or supports(other, one)


def _contradict(one: Quantity, other: Quantity, in_one: str, in_other: str, *, exact: bool) -> bool:
    if not comparable(one, other) or one.unit != other.unit:
        return False
    if one.date or other.date:
        return _dates_contradict(one, other, in_one, in_other, exact=exact)
    is_compared = one.kind in _COMPARED or one.unit == "clock" or (exact and one.kind is QuantityKind.NUMBER)
    return is_compared and bound_at(in_one, one.span) is bound_at(in_other, other.span) and not _one_figure(one, other)


def _one_figure(one: Quantity, other: Quantity) -> bool:
    """Whether two figures may be the same, rounded or about."""
    if one.unit == "clock":
        return False
    allowed = ROUGHLY if one.approximate or other.approximate else ROUNDING
    return abs(one.value - other.value) <= allowed * max(abs(one.value), abs(other.value))


def _dates_contradict(one: Quantity, other: Quantity, in_one: str, in_other: str, *, exact: bool) -> bool:
    """A date that opens a sentence is the time it tells of, and another one tells of another time: "In 2021, …".

    Years alone are compared in sentences that are otherwise the same.
    """
    if not one.date or not other.date:
        return False
    if any(_OPENING.search(text[: each.span.start]) for each, text in ((one, in_one), (other, in_other))):
        return False
    return bool(one.date.month and other.date.month) or (exact and not one.date.month and not other.date.month)


def _denial(one: EvidenceSentence, other: EvidenceSentence) -> Disagreement | None:
    if detect_language(one.text) != detect_language(other.text) or not _all_told(one.text, other.text):
        return None
    if polarity_conflict(one.text, other.text) and polarity_conflict(other.text, one.text):
        return Disagreement(DisagreementKind.POLARITY, one.text, other.text)
    return None


def _all_told(one: str, other: str) -> bool:
    """Whether neither has a quantity that the other lacks."""
    first, second = _held_to(one), _held_to(other)
    pairs = ((first, second), (second, first))
    return all(any(_same(quantity, each) for each in known) for said, known in pairs for quantity in said)

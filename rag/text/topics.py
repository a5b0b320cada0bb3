"""What a question is about: the names, codes, titles and dates that a follow-up leaves out or replaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.documents import Span
from rag.text.names import NameKind, han_names
from rag.text.quantities import quantities
from rag.text.quantity import QuantityKind
from rag.text.scripts import HAN, LATIN

_TITLE: Final = re.compile(r"《[^《》]{1,60}》|“[^“”]{1,40}”|\"[^\"]{1,60}\"")
_CODE: Final = re.compile(
    r"(?<![\w-])(?=[A-Za-z0-9.-]*[0-9])(?=[A-Za-z0-9.-]*[A-Za-z])[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
)
_CAPITAL_WORD: Final = rf"(?:[A-Z\u00c0-\u00de]\.|[A-Z\u00c0-\u00de][{LATIN}0-9'&-]*)"
_CAPITALS: Final = re.compile(rf"{_CAPITAL_WORD}(?:\s(?:(?:of|de|and\sthe)\s)?{_CAPITAL_WORD})*")
_SENTENCE_OPENERS: Final = re.compile(
    r"(?:What|Who|Whom|Whose|When|Where|Which|Why|How|Is|Are|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|May|Must"
    r"|Has|Have|Had|And|But|In|On|At|By|For|From|Of|To|The|A|An|Compare|List|Tell|Show|Explain|Describe|Give|According"
    r"|Based|Under|During|After|Before|With|I|If|It|They|Please|Name|Find|Also|So|Or|Then)\b\s?"
)
_ORGANISATION: Final = re.compile(
    rf"[{HAN}]{{2,14}}?(?:有限责任公司|股份有限公司|有限公司|集团公司|集团|公司|银行|医院|法院|大学|学院|研究院|研究所|中学|小学)"
)
_BEFORE_A_NAME: Final = re.compile(r"^(?:年度?|月|日|请问|根据|关于|比较|结合|对于|按照|依据|在|对|和|与|从|由|请)+")


def topics(text: str) -> list[Span]:
    """Where a text names something, in order and without overlaps."""
    found: list[Span] = []
    for span in _candidates(text):
        if span.end > span.start and not any(span.overlaps(other) for other in found):
            found.append(span)
    return sorted(found)


def dates(text: str) -> list[Span]:
    return [quantity.span for quantity in quantities(text) if _is_date(quantity.kind, quantity.span.of(text))]


def persons(text: str) -> list[str]:
    """The people that a text names: Chinese names by their form, others by two capitals beside one another."""
    chinese = [name.text for name in han_names(text) if name.kind is NameKind.PERSON]
    return chinese or [match[0] for match in _CAPITALS.finditer(_without_opener(text)) if " " in match[0]]


def is_like(one: str, other: str) -> bool:
    """Whether one name may stand in the place of another: both codes, both in Latin letters, or of one ending."""
    if bool(_CODE.fullmatch(one)) != bool(_CODE.fullmatch(other)):
        return False
    if one.isascii() and other.isascii():
        return True
    return one.isascii() == other.isascii() and (one[-1] == other[-1] or max(len(one), len(other)) <= _SHORT_NAME)


_SHORT_NAME: Final = 3
"""Characters that a Chinese place or person has at most."""


def _candidates(text: str) -> Iterator[Span]:
    for pattern in (_TITLE, _CODE):
        yield from (Span(*match.span()) for match in pattern.finditer(text))
    for match in _ORGANISATION.finditer(text):
        lead = _BEFORE_A_NAME.match(match[0])
        yield Span(match.start() + (lead.end() if lead else 0), match.end())
    yield from _capitals(text)
    for name in han_names(text):
        start = text.find(name.text)
        yield Span(start, start + len(name.text))


def _capitals(text: str) -> Iterator[Span]:
    for match in _CAPITALS.finditer(text):
        opener = _SENTENCE_OPENERS.match(match[0])
        start = match.start() + (opener.end() if opener else 0)
        if match.end() - start > 1:
            yield Span(start, match.end())


def _without_opener(text: str) -> str:
    return _SENTENCE_OPENERS.sub("", text, count=1) if _SENTENCE_OPENERS.match(text) else text


def _is_date(kind: QuantityKind, text: str) -> bool:
    is_bare_year = bool(re.fullmatch(r"(?:19|20)\d\d", text.strip()))
    return kind is QuantityKind.DATE or is_bare_year

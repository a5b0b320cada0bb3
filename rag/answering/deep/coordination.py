"""Where a question speaks of several things side by side: "A and B", 甲和乙, 甲、乙与丙."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.documents import Span
from rag.text.scripts import HAN, LATIN


@dataclass(frozen=True, slots=True)
class Coordination:
    """The members, in order, and the span from the first to the last: what one of them can be put in the place of."""

    span: Span
    members: tuple[str, ...]


_OPENERS: Final = (
    "Compare|Which|Who|Whose|What|When|Where|Is|Are|Was|Were|Does|Do|Did|How|Why|In|According|Based|List|Tell|Between"
)
"""Words that have a capital because a sentence begins with them."""
_CAPITAL: Final = (
    rf"(?!(?:{_OPENERS})\b)(?:[A-Z]\.|(?:Inc|Ltd|Co|Corp|No|St|Dr|Mr|Ms|Mrs)\.|[A-Z\u00c0-\u00de][{LATIN}0-9'’&-]*"
    r"|[0-9]+[A-Z][A-Z0-9-]*)"
)
_NAME: Final = rf"{_CAPITAL}(?:,?\s(?:(?:of|de|for)\s)?{_CAPITAL})*"
_PREPOSITION: Final = r"(?:(?:in|at|of|by|for|on|to|from|under|that\sof)\s)"
_WHEN: Final = r"(?:\s(?:in|of|for|from)\s(?:[0-9]{4}|[A-Z][a-z]+\s[0-9]{4}))?"
_MEMBER: Final = rf"{_PREPOSITION}?(?:the\s)?{_NAME}{_WHEN}"
_PHRASE: Final = r"(?:the|an?|its|their)\s[a-z0-9A-Z-]+(?:\s[a-z0-9A-Z-]+){0,3}?"
_AND: Final = r"\s(?:and|or|versus|vs\.?|than|with|against)\s"
_ENGLISH: Final = re.compile(
    rf"{_MEMBER}(?:,\s{_MEMBER})*,?{_AND}{_MEMBER}"
    rf"|{_PHRASE}\s(?:or|versus|vs\.?)\s{_PHRASE}(?=[?,.;]|$)"
)
_ENGLISH_JOINT: Final = re.compile(rf",?{_AND}{_PREPOSITION}?")
_LEADING_PREPOSITION: Final = re.compile(_PREPOSITION)

_WORD: Final = rf"[{HAN}A-Za-z0-9·.-]"
_AND_ZH: Final = re.compile(r"\s*(?:和|与|跟|以及|及|、|还是|或者|或|相比|对比)\s*")
_NOT_IN_A_NAME: Final = re.compile(
    r".*(?:根据|比较|对比|结合|关于|依据|按照|通过|其中|以及|请问|分别|[，,。；;：:？?的是从由在把被对向为和与及、年月日])",
    re.DOTALL,
)
_CODE_BEFORE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*[0-9][A-Za-z0-9-]*$")
_CODE_AFTER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*[0-9][A-Za-z0-9-]*")
_THAN: Final = re.compile(
    r"(?P<one>[A-Za-z][A-Za-z0-9-]*[0-9][A-Za-z0-9-]*)\s*(?P<of>的[^，,。比]{1,10})比\s*(?P<other>[A-Za-z][A-Za-z0-9-]*[0-9][A-Za-z0-9-]*)"
)
"""甲的功耗比乙: the second is of the same."""
_FEWEST: Final = 2
_LONGEST_ENDING: Final = 8


def coordinations(question: str, *, chinese: bool) -> list[Coordination]:
    """The coordinations of names and of phrases of one form; those whose members cannot be told are left alone."""
    return _chinese(question) if chinese else _english(question)


def _english(question: str) -> list[Coordination]:
    found = []
    for match in _ENGLISH.finditer(question):
        led = _LEADING_PREPOSITION.match(match[0])
        start = match.start() + (led.end() if led else 0)
        members = tuple(part.strip() for part in _ENGLISH_JOINT.split(question[start : match.end()]))
        found.append(Coordination(Span(start, match.end()), members))
    return found


def _chinese(question: str) -> list[Coordination]:
    if than := _THAN.search(question):
        return [Coordination(Span(*than.span()), (than["one"] + than["of"], f"{than['other']} {than['of']}"))]
    found: list[Coordination] = []
    for joint in _AND_ZH.finditer(question):
        both = _beside(question, joint)
        if both is None:
            continue
        left, right = both
        if found and found[-1].span.end == left.end:
            last = found.pop()
            members = (*last.members, right.of(question))
            found.append(Coordination(Span(last.span.start, right.end), members))
        else:
            found.append(Coordination(Span(left.start, right.end), (left.of(question), right.of(question))))
    return found


def _beside(question: str, joint: re.Match[str]) -> tuple[Span, Span] | None:
    """What stands left and right of a joint, where both end alike, as in 销售岗位和售后岗位, or are codes."""
    before, after = question[: joint.start()], question[joint.end() :]
    left_code, right_code = _CODE_BEFORE.search(before), _CODE_AFTER.match(after)
    if left_code and right_code:
        return Span(*left_code.span()), Span(joint.end(), joint.end() + right_code.end())
    lead = _NOT_IN_A_NAME.match(before)
    year = re.search(r"[0-9]{4}年(?:的)?$", before[: lead.end()] if lead else "")
    start = (year.start() if year else lead.end()) if lead else 0
    left = before[start:].strip()
    run = re.match(rf"(?:[0-9]{{4}}年(?:的)?)?{_WORD}+", after)
    if run is None or len(left) < _FEWEST:
        return None
    for size in range(min(_LONGEST_ENDING, len(left) - 1), 0, -1):
        end = run[0].find(left[-size:])
        if end > 0 and end + size <= 2 * len(left) + 4:
            right = Span(joint.end(), joint.end() + end + size)
            return Span(start, joint.start()), right
    return None

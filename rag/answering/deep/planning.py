"""What a question asks that can be looked for by itself: the parts of a comparison, the steps of a chain, by rule."""

from __future__ import annotations

import re
from typing import Final

from rag.answering.conversation.standing import content_terms
from rag.answering.deep.coordination import Coordination, coordinations
from rag.text.language import detect_language

MOST: Final = 4
"""Sub-questions of a plan."""
_LEAST_TERMS: Final = 2

_THEN: Final = re.compile(
    r"[，,；;？?]\s*(?:以及|并且|同时|而且|and\s|but\s)?|\sand\s(?=(?:what|how|who|when|where|why)\b)", re.IGNORECASE
)
"""Between two questions in one sentence."""
_ASKS: Final = re.compile(
    r"\b(?:[Ww]hat|[Hh]ow|[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hen|[Ww]here|Which|[Ww]hy)\b|谁|什么|多少|哪|怎么|如何|几[^乎]|是否|多久|何时|多大|多长"
)
"""A clause that begins with "which" is part of what stands before it."""
_RELATIVE: Final = re.compile(
    r"\bthe\s(?P<noun>[a-z-]+(?:\s[a-z-]+)?)\s(?:that|who|which)\s(?P<clause>[^,?]{12,})", re.IGNORECASE
)
_RELATIVE_ZH: Final = re.compile(
    r"(?P<clause>[^，,。；;？?的]{3,30})的(?P<noun>人员?|员工|公司|供应商|部门|客户|产品|项目|医生|律师|机构)"
    r"(?=[，,是有在还须应由将何什哪多几会])"
)


def planned(question: str) -> list[str]:
    """At most four sub-questions, none of which is the question; none where it asks for one thing."""
    chinese = detect_language(question, default="en") == "zh"
    parts = _of_members(question, coordinations(question, chinese=chinese))
    parts = parts or _of_clauses(question)
    parts += _of_relatives(question)
    return _worth_asking(parts, question)


def _of_members(question: str, found: list[Coordination]) -> list[str]:
    """The question asked of each member. Where several coordinations are of one size, as in "the ages of A and B at C
    and D", the first members belong together.
    """
    if not found:
        return []
    size = max(len(one.members) for one in found)
    alike = [one for one in found if len(one.members) == size]
    return [_with_members(question, alike, n) for n in range(size)]


def _with_members(question: str, found: list[Coordination], n: int) -> str:
    for one in reversed(found):
        question = question[: one.span.start] + one.members[n] + question[one.span.end :]
    return question


def _of_clauses(question: str) -> list[str]:
    """The questions of a sentence that asks several; what stands before the first belongs to all of them."""
    asked: list[str] = []
    lead = ""
    for part in filter(None, map(str.strip, _THEN.split(question))):
        if _ASKS.search(part):
            asked.append(part)
        elif asked:
            asked[-1] += f", {part}"
        else:
            lead += f"{part}, "
    return [f"{lead}{part}?" for part in asked] if len(asked) > 1 else []


def _of_relatives(question: str) -> list[str]:
    english = [f"Which {match['noun']} {match['clause']}?" for match in _RELATIVE.finditer(question)]
    chinese = [f"哪个{match['noun']}{match['clause']}？" for match in _RELATIVE_ZH.finditer(question)]
    return english + chinese


def _worth_asking(parts: list[str], question: str) -> list[str]:
    """Those that say enough to be searched for, each once."""
    kept = dict.fromkeys(part for part in parts if part != question and len(set(content_terms(part))) >= _LEAST_TERMS)
    return list(kept)[:MOST]

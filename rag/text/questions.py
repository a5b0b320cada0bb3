"""What a question asks for, told by its words: some of the things it names, an account, an amount, a date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.text.quantities import Quantity, QuantityKind

_CHOICE = re.compile(
    r"""
    \A\W*(?:(?:according|based)\b[^,]*,\s*)?
    (?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|may|must)\b
    | \b(?:or|which\ (?:one|of)|whether|more|less|fewer|first|better|worse|than)\b
    | \b(?:higher|lower|larger|smaller|greater|longer|shorter|earlier|later|older|younger|faster|slower|cheaper)\b
    | \brespectively\b
    | 是否|吗|分别|哪[两二]|有没有|是不是|能不能|可不可以|会不会|对不对|还是
    | [更最较][高低大小多少长短早晚快慢好差贵强弱先后]|谁先|谁后|哪一?[个家方者]更
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SEVERAL = re.compile(
    r"""
    \bhow\ (?:did|does|do|has|have|had|was|were|is|are|can|could|would|should|will|might)\b
    | \bwhy\b | \b(?:explain|describe|summari[sz]e|analy[sz]e|discuss|compare|contrast|list|outline)\b
    | \bwhat\ (?:are|were)\b | \b(?:respectively|steps|reasons|measures|differences?)\b
    | 如何|怎么|怎样|为什么|为何|哪些|哪几|分析|解释|说明|总结|概括|概述|描述|介绍|比较|对比|分别
    | 列出|列举|原因|影响|过程|区别
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AMOUNT = re.compile(
    r"\bhow\ (?:many|much|long|old|often|large|big|high|far)\b|\bwhat\ (?:percentage|proportion|share|amount|number)\b"
    r"|多少|百分之几|几[个次项家名人年月天份种件条位台次岁期层]|多[大高长久远重]",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\bhow many\b|几[个次项家份件条种位]|(?:一共|总共|共计?|合计)(?:有|是)?(?:多少|几)|多少[个次项家份件条种位]",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\bwhen\b|\b(?:what|which)\ (?:date|day|month|year|quarter)\b"
    r"|什么时候|何时|哪一?[年月天日]|几[月号日]|(?:日期|时间)是(?:什么|哪)",
    re.IGNORECASE,
)
_DATES: Final = frozenset({QuantityKind.DATE})


def asks_to_choose(question: str) -> bool:
    """Whether the answer may be made of the question's own words: yes or no, one of the things that it names, or which
    of them goes with which.
    """
    return bool(_CHOICE.search(question))


def asks_for_several(question: str) -> bool:
    """Whether an answer is an account or a list rather than one fact."""
    return bool(_SEVERAL.search(question))


def asks_to_count(question: str) -> bool:
    """Whether it asks how many there are, which texts that list them need not say."""
    return bool(_COUNT.search(question))


def answers_in_kind(question: str, told: Sequence[Quantity]) -> bool:
    """Whether what is told has an amount where an amount is asked for, and a date where a date is."""
    kinds = {quantity.kind for quantity in told}
    if _DATE.search(question):
        # "In 2017" is read as a number.
        return bool(kinds & (_DATES | {QuantityKind.NUMBER}))
    return bool(kinds - _DATES) if _AMOUNT.search(question) else True

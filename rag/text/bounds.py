"""Which way a quantity is bounded: at least and more than against at most and less than, in two languages.

Whether the bound itself is inside (at least) or outside (more than) is not told apart: 以上 and "over" are both.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from rag.documents import Span
from rag.text.polarity import negated


class Bound(StrEnum):
    LEAST = "at least"
    MOST = "at most"

    @property
    def opposite(self) -> Bound:
        return Bound.MOST if self is Bound.LEAST else Bound.LEAST


_BEFORE_CHARACTERS: Final = 24
_AFTER_CHARACTERS: Final = 16

_LEAST_BEFORE = (
    r"至少|最少|最低|起码|(?:不|不得|不能|不应|不会)(?:少于|低于|短于|小于|早于)"
    r"|超过|超出|多于|高于|大于|长于|晚于|逾"
    r"|at (?:the )?least|minimum(?: of)?|starting at"
    r"|(?:no|not) (?:less|fewer|lower|shorter|earlier|younger|smaller) than"
    r"|(?:more|greater|higher|longer|older|later|larger) than|over|above|exceed(?:s|ed|ing)?|beyond|after"
)
_MOST_BEFORE = (
    r"至多|最多|最高|最长|最大|(?:不|不得|不能|不应|不会)(?:超过|超出|多于|高于|大于|长于|晚于|迟于)"
    r"|少于|低于|短于|小于|不到|不足|不满|未满|未达|未超过|早于|以(?=[^，。]{0,8}为限)"
    r"|at (?:the )?most|up to|maximum(?: of)?|within|limited to|capped at|(?:a )?(?:cap|limit|ceiling) of"
    r"|(?:no|not) (?:more|greater|higher|longer|older|later|larger) than|(?:not?|never) (?:to )?exceed(?:s|ing)?"
    r"|(?:less|fewer|lower|shorter|younger|smaller|earlier) than|under|below|before"
)
# A few words may stand between: at least every, no more than about, 最多可存放.
_GAP = (
    r"(?:(?<=[至最][少多低高长])[^0-9，。；、]{0,6})?"
    r"(?:\s?(?:a|the|every|about|of|for|on|by|age|those|total|人民币|约|每[年月周天日次人]?|为|在|其|到))*"
    r"\s?(?:RMB|US\$|HK\$|[$€£¥])?\s?\Z"
)
_BEFORE = re.compile(rf"(?:(?P<most>{_MOST_BEFORE})|(?P<least>{_LEAST_BEFORE})){_GAP}", re.IGNORECASE)

_LEAST_AFTER = (
    r"以上|或以上|及以上|以后|之后|后(?![续来])|起(?![来点])"
    r"|or (?:more|longer|later|older|over|above|higher|greater)|and (?:over|above|older)"
)
_MOST_AFTER = (
    r"以下|及以下|或以下|以内|之内|内(?![容部地])|以前|之前"
    r"|or (?:less|fewer|shorter|earlier|younger|under|below|lower)|and (?:under|below|younger)"
)
_AFTER = re.compile(
    rf"\s?(?:[年月日天周个件人名岁次元%]|(?:of|in) (?:age|total|value))?,?\s?"
    rf"(?:(?P<most>{_MOST_AFTER})|(?P<least>{_LEAST_AFTER}))",
    re.IGNORECASE,
)
_CLAUSE_EDGE = re.compile(r"[,;:!?\n，；：。！？](?![0-9])|\.\s")


def bound_at(text: str, span: Span) -> Bound | None:
    """The bound that the quantity at `span` of a text is; None where it is not said to be one.

    "Do not use more than five" bounds as "use at most five" does: a denied bound is the opposite one.
    """
    bound = _written(text, span)
    return bound.opposite if bound and _is_denied(text, span) else bound


def _written(text: str, span: Span) -> Bound | None:
    before = _BEFORE.search(text[max(0, span.start - _BEFORE_CHARACTERS) : span.start])
    found = before or _AFTER.match(text[span.end : span.end + _AFTER_CHARACTERS])
    if not found:
        return None
    return Bound.MOST if found["most"] else Bound.LEAST


def _is_denied(text: str, span: Span) -> bool:
    """Whether the clause that the quantity stands in denies something, other than by its bound."""
    edges = [edge.end() for edge in _CLAUSE_EDGE.finditer(text, 0, span.start)]
    after = _CLAUSE_EDGE.search(text, span.end)
    return negated(text[edges[-1] if edges else 0 : after.start() if after else len(text)])

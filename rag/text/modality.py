"""Whether a text tells of a fact or of what is only proposed, planned, expected or possible."""

from __future__ import annotations

import re

# "May" and "could" permit more often than they doubt. 计划 is a noun as often (安全计划): it plans where an action
# follows.
_OPEN = re.compile(
    r"建议|提议|提案|有望|预计|预期|打算|可能|或许|或将|(?<![模虚比])拟(?![人定态])|力争|争取"
    r"|计划(?=于|在|将|进一步|逐步|继续|[建推开投收扩实增加完引设制采])"
    r"|(?i:\b(?:plan(?:s|ned|ning)?|intend(?:s|ed)?|aim(?:s|ed)?|hop(?:es?|ed)|expect(?:s|ed)?|propos(?:es?|ed)|seek(?:s)?)\sto\b"
    r"|\b(?:might|possibly|perhaps|probably|likely)\b"
    r"|\b(?:propos|recommend|suggest|anticipat)(?:es?|s|ed|ing|al|ation|ion)?\b|\bexpected\b)"
)
# 董事会, 会议 and 社会 have the character of "will".
_AHEAD = re.compile(r"将|(?<![事东大社协机集])会(?![议计员所长社])|(?i:\b(?:will|shall|would)\b)")


def is_open(text: str) -> bool:
    """Whether a text has a word of what is not settled."""
    return bool(_OPEN.search(text))


def leaves_open(claim: str) -> bool:
    """Whether a claim has such a word, or one of what is yet to come."""
    return is_open(claim) or bool(_AHEAD.search(claim))

"""Whether a text sets one thing above another: earlier, higher, 更早, 高于."""

from __future__ import annotations

import re

# 更加 and "further" strengthen a word and compare nothing; "no later than 5 May" is a bound.
_COMPARES = re.compile(
    r"更[早晚高低多少大小长短快慢强弱好差贵]|更(?:为|加)?(?:显著|明显|优秀|严重)"
    r"|(?i:(?<!\bno\s)\b(?:earlier|later|higher|lower|larger|smaller|greater|longer|shorter|older|younger|fewer)\b"
    r"(?!\son\b|\sthan\s(?:[^a-z]{0,3}[0-9]|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b)))"
    r"|(?i:\b(?:more|less)\s\w[^.;,]{0,40}?\bthan\b)"
)
# 最后, 更换 and 比例 are made of the same characters and compare nothing.
_COMPARING_SOURCE = re.compile(
    r"比(?![例如重率赛])|(?<!变)更(?![换新改正名替])|较|[高低多少大小早晚优快慢]于|超过|不及|领先|落后|首位|第一|最(?![后终近初新])"
    r"|(?i:\b(?:than|exceed\w*|compared|outperform\w*|ahead|behind|most|least|highest|lowest|largest|smallest|first|last)\b)"
    r"|(?i:\b(?:earlier|later|higher|lower|larger|smaller|greater|longer|shorter|older|younger|fewer|more|less)\b)"
)


def compares(claim: str) -> bool:
    """Whether a claim says that one thing is more than another."""
    return bool(_COMPARES.search(claim))


def tells_comparison(source: str) -> bool:
    """Whether a source compares at all, in whatever words."""
    return bool(_COMPARING_SOURCE.search(source))

"""Whether a sentence denies what it speaks of, and whether a claim turns its source around."""

from __future__ import annotations

import re
from typing import Final

from rag.text.language import detect_language
from rag.text.normalisation import normalise
from rag.text.terms import lexical_terms
from rag.text.word_lists import word_set

# Words that hold a negative and deny nothing: bounds (不超过 is "at most"), double negatives, conjunctions, names.
_NO_DENIAL = re.compile(
    r"不(?:超过|低于|少于|高于|多于|大于|小于|晚于|迟于|早于|足以外|仅|但|断|同|少|过|管|论|只|久|妨|动产|良|锈|可抗力|限于|一定)"
    r"|不得(?:不|超过|低于|少于|高于|多于|大于|小于|晚于|迟于|早于)|不能不|无不|是不是|能不能|会不会|要不要"
    r"|无(?:论|锡|线|人机|形|机|数|限|疑|菌|障碍|缝)|非(?:常|洲|凡|营利|金融|标)|南非|除非|莫非|未(?:来|婚|成年)|没收|别(?:的|人|名|墅)"
    r"|\bnot only\b|\bno (?:more|less|fewer|later|earlier|sooner|doubt|matter)\b|\bno\.\s?(?=[0-9])"
    r"|\bnot (?:more|less|fewer|later|earlier) than\b|\b(?:not|never) exceed(?:ing)?\b|\bor not\b|\bnot necessarily\b"
)
_DENIAL = re.compile(
    r"[不未无没非勿莫]|禁止|严禁|切忌"
    r"|\b(?:not|no|never|without|neither|nor|none|cannot|nobody|nothing|nowhere|prohibit(?:s|ed)?|forbid(?:s|den)?)\b"
    r"|n't\b"
)
# These turn a sentence round, or half round, without a negative word; who meets them cannot tell by counting.
_IMPLICIT = re.compile(
    r"缺乏|缺少|失败|拒绝|排除|除外|以外|避免|防止|取消|免|废止|终止|停止|仅|只|才|除"
    r"|\b(?:exclu|lack|fail|refus|den(?:y|ie)|avoid|prevent|ban|exempt|cancel|terminat|cease|stop|waiv)"
    r"|\b(?:unless|except|only|few|little|rarely|seldom|hardly|invalid|void|absent|until|free|un(?:able|likely|available|necessary|paid))\b"
)
_CLAUSE = re.compile(r"[,;:.!?\n]+(?![0-9])")

# What changes when a sentence is denied, besides the denial.
_MODAL_HAN: Final = frozenset("不未无没非勿莫可以能得须应会有是的了在将要必须禁止严允许")
_MODAL_WORDS: Final = word_set(
    "not no never without neither nor none cannot can may must shall should will would could might be is are was were",
    "do doe did have has had allow permit prohibit forbid don't doesn't didn't isn't aren't wasn't weren't can't won't",
)
_HAN = re.compile("[\u4e00-\u9fff]")

# A clause is about the same thing as the claim's when it holds most of its content, and little else.
_SHARE_OF_CLAIM: Final = 0.75
_SHARE_OF_SOURCE: Final = 0.5


def negated(text: str) -> bool:
    """Whether a text denies something: 不, 未, 没有, 禁止 / not, never, without. Bounds such as 不超过 do not."""
    return _denies(normalise(text).text)


def polarity_conflict(claim: str, source: str) -> bool:
    """Whether one of the two denies what the other asserts.

    Conservative: it compares clauses of one language that share nearly all of their content, and single clauses across
    languages; where a word such as "exclude" or 仅 turns the sense without a negative, it sees no conflict.
    """
    claimed, stated = normalise(claim).text, normalise(source).text
    if _IMPLICIT.search(claimed) or _IMPLICIT.search(stated):
        return False
    claim_clauses, source_clauses = _clauses(claimed), _clauses(stated)
    if detect_language(claim) != detect_language(source):
        return len(claim_clauses) == len(source_clauses) == 1 and _denies(claimed) != _denies(stated)
    return any(_is_turned(clause, source_clauses) for clause in claim_clauses)


def _denies(text: str) -> bool:
    return bool(_DENIAL.search(_NO_DENIAL.sub(" ", text)))


def _clauses(text: str) -> list[str]:
    return [clause for clause in map(str.strip, _CLAUSE.split(text)) if clause]


def _is_turned(clause: str, source_clauses: list[str]) -> bool:
    """Whether every source clause on the same matter has the other polarity, and there is one."""
    content = _content(clause)
    same_matter = [other for other in source_clauses if _is_same_matter(content, _content(other))]
    return bool(same_matter) and all(_denies(other) != _denies(clause) for other in same_matter)


def _is_same_matter(claim: frozenset[str], source: frozenset[str]) -> bool:
    shared = len(claim & source)
    return bool(shared) and shared >= _SHARE_OF_CLAIM * len(claim) and shared >= _SHARE_OF_SOURCE * len(source)


def _content(clause: str) -> frozenset[str]:
    """The Han characters and Latin stems of a clause that stay when it is denied."""
    words = {term for term in lexical_terms(clause) if not _HAN.search(term)}
    return frozenset((words - _MODAL_WORDS) | (set(_HAN.findall(clause)) - _MODAL_HAN))

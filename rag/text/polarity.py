"""Whether a sentence denies what it speaks of, and whether a claim turns its source around."""

from __future__ import annotations

import re
from typing import Final

from rag.text.language import detect_language
from rag.text.normalisation import normal_form
from rag.text.terms import lexical_terms
from rag.text.word_lists import word_set

# Words that hold a negative and deny nothing: bounds (不超过 is "at most"), double negatives, conjunctions, names.
_NO_DENIAL = re.compile(
    r"不(?:超过|超出|低于|少于|高于|多于|大于|小于|晚于|迟于|早于|短于|长于|足|到(?=[0-9一二两三四五六七八九十])|仅|但|断|同|少|过|管|论|只|久|妨"
    r"|动产|良|锈|可抗力|限|合格|一定|满|平等|幸|安|法(?!律)|公平|当得利|利(?!用)|便(?!于)|对称|锈钢)"
    r"|不(?:得|能|可|应|会)(?:不|超过|超出|低于|少于|高于|多于|大于|小于|晚于|迟于|早于|短于|长于)|无不|是不是|能不能|会不会|要不要"
    r"|无(?:论|期|锡|线|人机|形|机|数|限|疑|菌|障碍|缝|保留)|非(?:常|洲|凡|营利|盈利|金融|标|全日制)|南非|除非|莫非|莫(?:西|斯)|未(?:来|婚|成年|满|达|[\u4e00-\u9fff]{1,4}的(?=[\u4e00-\u9fff]))"
    r"|没收|勿忘我|别(?:的|人|名|墅)"
    r"|\bnot only\b|\bnot-for-profit\b|\bno (?:doubt|matter)\b|\bno\.\s?(?=[0-9])|\bor not\b|\bnot necessarily\b"
    r"|\b(?:not|no|never) (?:more|less|fewer|later|earlier|sooner|longer|shorter|older|younger|higher|lower|greater"
    r"|larger|smaller) than\b"
    r"|\bno (?:more|less|fewer|later|earlier|sooner)\b|\band no longer(?=\W*$)"
    r"|\b(?:not|never) (?:to )?exceed(?:s|ing)?\b"
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|without|neither|nor|none|cannot|nobody|nothing|nowhere|prohibit(?:s|ed)?|forbid(?:s|den)?)\b"
    r"|n't\b"
)
# In Chinese a denial is a word, not a character: 淹没, 莫斯科 and 不列颠 deny nothing.
_HAN_DENIAL = re.compile("[不未无没非勿莫禁忌]")
_HAN_DENIALS: Final = word_set(
    "不 没 没有 未 未能 未曾 未必 尚未 并未 从未 还未 无 无法 无需 无须 无权 毫无 并非 勿 切勿 请勿 莫 切莫 切忌",
    "禁止 严禁 不得 不能 不可 不会 不应 不该 不予 不再 不准 不许 不是 不必 不用 不需 不须 不要 不可以 不能够 不应该",
    "不应当 绝不 决不 并不 从不 也不 都不 均不 概不 不含 不包括 不属于 不支持 不适用 不设 不收 未经 未获 未有 未见",
    "没能 不宜 不曾 不含有 不允许 不包含",
)
# A condition denies nothing of what it is a condition for: "without approval, no software may be installed".
_CONDITION = re.compile(
    r"(?:未经|未获|未得到|没有|非经|除非|未取得)[^,;.]{1,16}?(?:同意|批准|许可|授权|允许)(?:的?情况下|前)?,?"
    r"|\b(?:without|unless|except with|absent)\b[^,;.]*?"
    r"\b(?:approv(?:al|es|ed)|consent|permission|authori[sz]ation|agree(?:s|ment)?)\b"
    r"(?:\s(?:of|from|by)\s[^,;.]*)?,?"
)
# These turn a sentence round, or half round, without a negative word; who meets them cannot tell by counting.
_IMPLICIT = re.compile(
    r"缺乏|缺少|失败|拒绝|排除|除外|以外|避免|防止|取消|免(?!疫)|废止|终止|停止|仅|(?<!不)只|才(?!能|华|干)|除|否决|驳回"
    r"|\b(?:exclu(?:d|s)|lack|fail|refus|reject|den(?:y|ie)|avoid|prevent|bann|exempt|cancel|terminat|ceas|stop(?!\w*pag)|waiv)"
    r"|\b(?:unless|except|only|few|little|rarely|seldom|hardly|invalid|void|absent|until|free|voluntary|optional"
    r"|ban|no longer(?=\W*$)|un(?:able|likely|available|necessary|paid|changed|used|limited|restricted))\b"
)
# What one language denies by a prefix the other may deny by a word: unknown, 不明.
_PREFIXED = re.compile(
    r"\b(?:remain|continu|surviv|last|valid)[a-z]*|\bun(?!der|til|it|ion|i[fqv]|less)[a-z]{3,}|\bnon-?[a-z]{3,}"
    r"|\bdis(?:agre|allow|approv|continu|qualif|regard|similar|satisf)|\bim(?:poss|proper|moral|mature|person|balanc)"
    r"|\bir(?:regul|relev|respect|respons|revoc|revers)|\bil(?:leg|licit|liter|logic)|(?<!un)less\b"
    r"|\bin(?:valid|complet|adequa|suffici|eligib|activ|dependen|correct|appropria|accura|effect|abil|capab|definit"
    r"|consist|visib)"
)
# In longer sentences a denial of one language is too often something else in the other.
_MOST_CLAUSES_ACROSS: Final = 3

_CLAUSE = re.compile(r"[,;:.!?\n]+(?![0-9])|\b(?:but|whereas|while)\b|但是?|而(?![且后])")

# What changes when a sentence is denied, besides the denial.
_MODAL_HAN: Final = frozenset("不未无没非勿莫可以能得须应会有是的了在将要必须禁止严允许切照样总当予已经获被仍然再")
_MODAL_WORDS: Final = word_set(
    "not no never without neither nor none cannot can may must shall should will would could might be is are was were",
    "do doe did have has had allow permit prohibit forbid don't doesn't didn't isn't aren't wasn't weren't can't won't",
    "alway still also freeli",
)
_HAN = re.compile("[\u4e00-\u9fff]")

# A clause is about the same thing as the claim's when it holds most of its content, and little else.
_SHARE_OF_CLAIM: Final = 0.65
_SHARE_OF_SOURCE: Final = 0.5


def negated(text: str) -> bool:
    """Whether a text denies something: 不, 未, 没有, 禁止 / not, never, without. Bounds such as 不超过 do not."""
    return _denies(_main(text))


def polarity_conflict(claim: str, source: str) -> bool:
    """Whether one of the two denies what the other asserts.

    Within a language, clauses that share nearly all of their content are compared, and a denial of what the source
    never denies is a conflict; across languages, how many clauses deny. Where a word such as "exclude" or 仅 turns the
    sense without a negative, no conflict is seen. Conditions ("without approval", 未经同意) are left out.
    """
    claimed, stated = _main(claim), _main(source)
    in_one_language = detect_language(claim) == detect_language(source)
    if _implicit(claimed, in_one_language) != _implicit(stated, in_one_language):
        return False
    claim_clauses, source_clauses = _clauses(claimed), _clauses(stated)
    denied, stated_denied = (sum(map(_denies, clauses)) for clauses in (claim_clauses, source_clauses))
    if denied == stated_denied or not claim_clauses or not source_clauses:
        return False
    if in_one_language:
        # What the whole source never denies may be compared as a whole; a denial belongs to its clause.
        compared = source_clauses if stated_denied else [*source_clauses, stated]
        return any(_is_turned(clause, compared) for clause in [*claim_clauses, claimed])
    if max(len(claim_clauses), len(source_clauses)) > _MOST_CLAUSES_ACROSS or _PREFIXED.search(f"{claimed} {stated}"):
        return False
    if len(claim_clauses) == len(source_clauses):
        return True
    return not stated_denied or (not denied and stated_denied == len(source_clauses))


def _implicit(text: str, in_one_language: bool) -> frozenset[str] | int:
    """The words that turn a text round, or how many where the other text has other words for them."""
    found = _IMPLICIT.findall(text)
    return frozenset(found) if in_one_language else len(found)


def _main(text: str) -> str:
    """The normalised text without the conditions that it sets, and without negatives that deny nothing."""
    return _NO_DENIAL.sub(" ", _CONDITION.sub(" ", normal_form(text)))


def _denies(text: str) -> bool:
    """Whether a text of `_main` holds a word of denial."""
    return bool(_DENIAL.search(text)) or any(word in _HAN_DENIALS for word in _words_with_denial(text))


def _words_with_denial(text: str) -> list[str]:
    if not _HAN_DENIAL.search(text):
        return []
    import rjieba  # its dictionary takes 0.4 s to load

    words: list[str] = rjieba.cut(text)
    return words


def _clauses(text: str) -> list[str]:
    return [clause for clause in map(str.strip, _CLAUSE.split(text)) if clause]


def _is_turned(clause: str, source_clauses: list[str]) -> bool:
    """Whether every source clause on the same matter has the other polarity, and there is one."""
    content = content_words(clause)
    same_matter = [other for other in source_clauses if _is_same_matter(content, content_words(other))]
    return bool(same_matter) and all(_denies(other) != _denies(clause) for other in same_matter)


def _is_same_matter(claim: frozenset[str], source: frozenset[str]) -> bool:
    shared = len(claim & source)
    return bool(shared) and shared >= _SHARE_OF_CLAIM * len(claim) and shared >= _SHARE_OF_SOURCE * len(source)


def content_words(clause: str) -> frozenset[str]:
    """The Han characters and Latin stems of a clause that stay when it is denied."""
    words = {term for term in lexical_terms(clause) if not _HAN.search(term)}
    return frozenset((words - _MODAL_WORDS) | (set(_HAN.findall(clause)) - _MODAL_HAN))

"""Whether a question can be understood without what was said before it, told by its words.

Where this errs, it errs to "yes": a question that is searched as it was asked finds what it names, and one to which an
earlier topic was added without need finds that topic.
"""

from __future__ import annotations

import re
from typing import Final

from rag.text.language import detect_language
from rag.text.normalisation import normalise
from rag.text.scripts import HAN
from rag.text.terms import lexical_terms
from rag.text.topics import topics

_I: Final = re.IGNORECASE | re.VERBOSE

_OPENING: Final = re.compile(
    r"""\s*(?:
      (?:and|but|or|so|then|also|what\ about|how\ about|same\ for|what\ if\ so|why\ not|how\ so|since\ when)\b
    | 那(?!些|个[^呢]*[是有].{4}) | 还有(?:呢|吗|哪|什么|其他|别的) | 然后 | 换成 | 如果是.{1,12}呢
    )""",
    _I,
)
"""How a question begins that goes on from another."""
_CLOSING: Final = re.compile(r"(?<!什么|怎么|如何)呢\s*[?？]?\s*$")

ENGLISH_PRONOUN: Final = re.compile(
    r"""\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|the\ (?:former|latter|same)|these|those)\b(?!\ who\b)
    | (?:^|\b(?:about|of|for|with|does|do|did|is|was|are|were|after|before|on|in|to|from|by|than|like|under|and)\ )
      (?P<this>this|that)\b""",
    _I,
)
_EXPLETIVE: Final = re.compile(
    r"""\bit\ (?:is\ |was\ )?(?:possible|allowed|necessary|permitted|required|forbidden|mandatory|true|okay|ok)\b
    | \bit\ (?:takes?|costs?)\b.*\bto\b | \bit\ (?:comes?|goes?)\ to\b""",
    _I,
)
"""`it` that stands for nothing."""
_ANTECEDENT: Final = re.compile(
    r"""\b(?:the|an?|my|our|your|every|each|any|no|employees?|staff|people)\b.*
    (?:,|\b(?:if|when|because|and|that|before|after|once|while|where|until|unless|so|or|but|which|who|of|for)\b)[^,]*$""",
    _I | re.DOTALL,
)
"""What stands before a pronoun that refers within its own question: something named, and a clause that goes on."""

CHINESE_PRONOUN: Final = re.compile(
    r"它们?|他们?(?<!其他)|她们?|这(?:个|些|家|种|项|款|份|位|里|样|时|点|次|条)?|那(?:个|些|家|种|项|款|份|位|里|样|时|次|条)"
    r"|(?<![应又本活])该(?=[院校司企厂行店部局案]|公司|企业|产品|项目|协议|合同|文件|政策|部门|型号|医院|法院|设备|员工|机构)"
    r"|(?<![及和与])其(?!他|中|余|实|次|它|间)|此(?=[项次人时事类外])|前者|后者|上述|上面"
)
_OWN_CLAUSE: Final = re.compile(rf"[{HAN}\w]{{4,}}.*[，,；;：:]")
"""Before a Chinese pronoun: a clause that names what it refers to."""
_POSSESSIVE_WITHIN: Final = 2
"""Characters before 其 from which on it refers to what they name: 公司如何提升其竞争力."""

_ENGLISH_VERB: Final = re.compile(
    r"""\b(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|am|do|does|did|can|could|will|would|shall
    |should|may|must|has|have|had|tell|list|show|explain|describe|give|summari[sz]e|compare|name|find|need|get|use
    |state|define|translate|calculate)\b""",
    _I,
)
_SUBJECTLESS: Final = re.compile(r"(?:有|提供|包括|包含|设有|是|由|被|需要|要|属于|位于|成立|建于|一共|总共|共有)")
"""How a short Chinese question begins that leaves out who does it: 有哪些专业?"""
_SHORT: Final = 14
_FEW_WORDS: Final = 6
_FEW_HAN: Final = 10
_QUESTION_WORDS: Final = re.compile(
    r"""\b(?:who|whom|what|when|where|which|why|how|much|many|long|often|exactly|else|more|is|are|was|were|do|does|did
    |can|could|will|would|should|the|an?|that|this|about|since|until|by|for|please|tell|me|then)\b
    | 为什么|什么时候|什么|怎么样|怎么|如何|哪些|哪个|哪里|哪年|哪一年|哪|谁|多少|多久|多长|多大|几|时候|原因|具体|请问
    | 的|是|有|在|了|吗|呢|吧|于|何时|何地|分别|还|都|又|也|要|需要|可以|能""",
    _I,
)


def stands_alone(question: str) -> bool:
    """Whether a question names what it is about; a false one refers to what was said before it."""
    text = normalise(question).text.strip()
    if _OPENING.match(text) or _CLOSING.search(text) or not content_terms(text):
        return False
    if detect_language(text, default="en") == "zh":
        return not (_refers_back_in_chinese(text) or is_fragment(text))
    return not (_refers_back_in_english(text) or is_fragment(text))


def is_fragment(question: str) -> bool:
    """Whether a question is no sentence, but names what another is to be asked of: "in 2019?", 上海的？"""
    if detect_language(question, default="en") == "zh":
        return len(question) <= _FEW_HAN and bool(re.search(r"的\s*[?？]\s*$", question))
    words = question.split()
    return len(words) <= _FEW_WORDS and question.rstrip().endswith("?") and not _ENGLISH_VERB.search(question)


def content_terms(text: str) -> list[str]:
    """The terms of a question without the words that questions are made of."""
    return lexical_terms(_QUESTION_WORDS.sub(" ", text))


def _refers_back_in_english(text: str) -> bool:
    text = _EXPLETIVE.sub(" ", text)
    return any(not _ANTECEDENT.search(text[: match.start()]) for match in ENGLISH_PRONOUN.finditer(text))


def _refers_back_in_chinese(text: str) -> bool:
    is_subjectless = bool(_SUBJECTLESS.match(text)) and len(text) <= _SHORT and not topics(text)
    return is_subjectless or any(_is_outward(match, text[: match.start()]) for match in CHINESE_PRONOUN.finditer(text))


def _is_outward(match: re.Match[str], before: str) -> bool:
    if match[0] == "其" and len(before.strip()) > _POSSESSIVE_WITHIN:
        return False
    return not _OWN_CLAUSE.search(before)

"""The language of a question, a passage or an answer, told by its scripts."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rag.documents import Language
from rag.text.scripts import HAN, HANGUL, KANA, LATIN
from rag.text.word_lists import word_set

_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile(f"[{KANA}]")
_LATIN_WORD = re.compile(f"[{LATIN}]+")
_OTHER_LETTER = re.compile(rf"(?![{HAN}{KANA}{LATIN}])[^\W\d_]|[{HANGUL}]")

# The words and characters that carry a language's grammar. A name that is quoted in the other language seldom holds
# them: "How does 劳动合同法 define it?" is English, "《The Lord of the Rings》的作者是谁" is Chinese.
_ENGLISH_GRAMMAR: Final = word_set(
    "a an and are by can did do does for from how in is it of on should that the their to under was were what when ",
    "where which who why will with",
)
_CHINESE_GRAMMAR = re.compile("[的了是吗呢么怎什哪谁何请把被]")

# Chinese words have about 1.6 characters.
_HAN_PER_WORD: Final = 1.6
_ENGLISH_GRAMMAR_WEIGHT: Final = 2
_CHINESE_GRAMMAR_WEIGHT: Final = 4

# Without any English grammar, Latin words beside Han are names and codes, however many there are up to this ratio.
_NAMES_PER_HAN: Final = 4

# Japanese prose is about half kana, its headings a sixth; Chinese knows a lone の in brand names.
_LEAST_KANA: Final = 2
_LEAST_KANA_SHARE: Final = 0.15


class ScriptCounts(NamedTuple):
    """How much of each script a text holds: characters, but words of Latin."""

    han: int
    kana: int
    latin_words: int
    other: int


def count_scripts(text: str) -> ScriptCounts:
    return ScriptCounts(
        han=len(_HAN.findall(text)),
        kana=len(_KANA.findall(text)),
        latin_words=len(_LATIN_WORD.findall(text)),
        other=len(_OTHER_LETTER.findall(text)),
    )


def detect_language(text: str, default: Language = "other") -> Language:
    """Chinese for Han text, also with Latin names and codes in it; English for Latin text; other for other scripts.

    `default` is for a text without letters, such as a bare number: there is nothing to tell it by.
    """
    counts = count_scripts(text)
    if not any(counts):
        return default
    if _is_foreign(counts):
        return "other"
    if not counts.han:
        return "en"
    return "zh" if not counts.latin_words or _is_chinese(text, counts) else "en"


def _is_foreign(counts: ScriptCounts) -> bool:
    japanese = counts.kana >= _LEAST_KANA and counts.kana >= _LEAST_KANA_SHARE * (counts.han + counts.kana)
    # A Latin word has about five letters, and other alphabets are counted by letters.
    return japanese or counts.kana + counts.other > counts.han + 5 * counts.latin_words


def _is_chinese(text: str, counts: ScriptCounts) -> bool:
    english_grammar = sum(word.lower() in _ENGLISH_GRAMMAR for word in _LATIN_WORD.findall(text))
    if not english_grammar:
        return counts.latin_words <= _NAMES_PER_HAN * counts.han
    chinese_grammar = len(_CHINESE_GRAMMAR.findall(text))
    chinese = counts.han / _HAN_PER_WORD + _CHINESE_GRAMMAR_WEIGHT * chinese_grammar
    return chinese >= counts.latin_words + _ENGLISH_GRAMMAR_WEIGHT * english_grammar

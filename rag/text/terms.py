"""Lexical terms for BM25 in two languages: the same for passages and questions, from normalised text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.text.normalisation import normalise
from rag.text.scripts import HAN, HANGUL, KANA
from rag.text.word_lists import word_set

# Scripts written without spaces, whose words are looked for with character bigrams.
_UNSPACED = f"{HAN}{KANA}{HANGUL}"
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])"
_CODE = rf"[^\W_{_UNSPACED}]+"
_TOKEN = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<number>{_NUMBER})|(?P<token>{_CODE}(?:['.\-_/+&@:]{_CODE})*(?:\+\+|#)?)"
)
_JOINT = re.compile(r"[.\-_/+&@:]+(?=\w)")  # not the end of C++
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")

# Longer tokens are keys, hashes and addresses: their parts are searched for, never the whole.
_LONGEST_TOKEN: Final = 64

# What questions are made of and passages are not about. IDF discounts such words in a large collection; in one of a few
# documents "what is the" would outweigh what is asked. Words that may carry a constraint (no, not, 不, before, 以上)
# are not among them.
_STOP: Final = word_set(
    "a an and are as at be been by did do does for from had has have how if in into is it its of on or that the their",
    "them there these they this those to was were what when where which who whom whose why will with would",
    "什么 怎么 怎样 如何 哪些 哪个 哪里 为什么 请问 是什么 有哪些 是否 多少 么是 的是 了吗 是多",
)


def lexical_terms(text: str) -> list[str]:
    """The terms in the order of the text, repeated as often as they occur.

    Chinese gives character bigrams and the words of three characters or more, since those of two are bigrams already;
    a character that stands alone gives itself. Latin words are stemmed; codes and joined words give the whole and its
    parts ("hr-2024-07": hr-2024-07, hr, 2024, 07), numbers the whole ("1,230.5": 1230.5).
    """
    return [term for term in _terms(normalise(text).text) if term not in _STOP]


def _terms(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        if match["unspaced"]:
            yield from _unspaced_terms(match["unspaced"])
        elif match["number"]:
            yield match["number"].replace(",", "")
        else:
            yield from _token_terms(match["token"])


def _unspaced_terms(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
        return
    yield from (first + second for first, second in pairwise(run))
    if len(run) > 2:
        yield from (word for word in words(run) if len(word) > 2)


def words(run: str) -> list[str]:
    """The words of a run of a script that is written without spaces."""
    import rjieba  # its dictionary takes 0.4 s to load

    found: list[str] = rjieba.cut(run)
    return found


def _token_terms(token: str) -> Iterator[str]:
    parts = _JOINT.split(token)
    if len(parts) == 1 or _DECIMAL.fullmatch(token):
        yield _stem(token)
        return
    if len(token) <= _LONGEST_TOKEN:
        yield token
    yield from (_stem(part) for part in parts if part not in _STOP)


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    """The English Snowball stem. Stop words and what holds digits or other letters than ASCII stay as they are."""
    if word in _STOP or not word.replace("'", "").isalpha() or not word.isascii() or len(word) > _LONGEST_TOKEN:
        return word
    from snowballstemmer import stemmer

    # One per word: a stemmer keeps the word in itself, and passages are prepared in several threads.
    stem: str = stemmer("english").stemWord(word)
    return stem

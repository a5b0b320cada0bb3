"""Sentences of Chinese, English and mixed text, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.documents import Span
from rag.text.scripts import HAN, KANA
from rag.text.word_lists import word_set

# Parsing gives one line per paragraph, list item and table row, so that a line's end is always a sentence's end.
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")

# What ends a sentence, with what stays with it: closing quotes and brackets, and the marks `[3]` of citations.
_END = re.compile(
    r"(?P<stop>[。｡！？!?．.…]+)"
    r"(?P<close>[”’»\"'」』）)】〕\]］》〉]*)"
    r"(?:[ \t]*\[[0-9]{1,3}\])*"
)
_SPACE = re.compile(r"\s*")
_CJK_START = re.compile(rf"[{HAN}{KANA}“‘「『（【〔《〈]")
_LOWERCASE_START = re.compile(r"[\"'“‘(\[]*[a-z](?![A-Z])")  # but iPhone and eBay may begin a sentence
_CONTINUES = frozenset("，、,;；:：)）》〉—")

_ABBREVIATION_CHARACTERS: Final = 20
_LAST_TOKEN = re.compile(r"[A-Za-z0-9.]+\Z")
_ENUMERATOR = re.compile(r"[(（]?(?:[0-9]{1,3}(?:\.[0-9]{1,3})*|[A-Za-z]|[ivxIVX]{1,5})\Z")
# 初步诊断：1. 哮喘 2. 高血压病, Steps: 1. Open it. A Chinese sentence does not end in a full stop of Latin script.
_INLINE_ENUMERATOR = re.compile(rf"(?:(?<![0-9])[:：]\s*|[{HAN}{KANA}、，；。]\s+|[；。])[(（]?[0-9]{{1,2}}\Z")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]\Z")
_NEXT_WORD = re.compile(r"[A-Za-z]+")

_NEVER_LAST: Final = word_set(
    "mr mrs ms dr prof messrs gen col capt lt sgt gov sen rep hon rev st mt vs cf e.g i.e eg ie approx ca viz",
)
_BEFORE_NUMBERS: Final = word_set(
    "no nos fig figs eq eqs sec secs art arts vol vols p pp ch para tab ref refs",
)
_SELDOM_LAST: Final = word_set(
    "inc ltd co corp llc plc bros jr sr etc al est dept univ ave blvd rd ph.d a.m p.m ",
    "jan feb mar apr jun jul aug sep sept oct nov dec",
)
# After an abbreviation, a capital may be a name ("Apple Inc. Chairman"); one of these words opens a sentence.
_OPENERS: Final = word_set(
    "a after all also an and as at because before both but by despite during each finally first for from he her his ",
    "however i if in it its many most no on one other our see she since some such that the their there these they ",
    "this those to under until we what when where which while who with you",
)

# A clause after ； is a statement of its own, but cutting there severs it from what it is said about; it is done only
# where a sentence would not fit a passage (128 tokens are about 200 Chinese characters).
_LONGEST_WITH_SEMICOLON: Final = 200
_LONGEST: Final = 600
_SEMICOLON = re.compile("；")
# From the best place to cut to the worst. A comma between digits is part of a number.
_CUTS = (re.compile("[；;]"), re.compile(r"[，、]|,(?![0-9])"), re.compile(r"\s"))


def sentence_spans(text: str) -> list[Span]:
    """The sentences in order, without outer white space; together they hold every other character of the text."""
    return [span for line in _LINE.finditer(text) for span in _line_spans(text, line.start(), line.end())]


def _line_spans(text: str, start: int, end: int) -> Iterator[Span]:
    for piece in _split_at_stops(text, start, end):
        for clause in _split_at_semicolons(text, piece):
            yield from _split_overlong(text, clause)


def _split_at_stops(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _END.finditer(text, start, end):
        if _ends_sentence(text, match, start, end):
            yield from _stripped(text, start, match.end())
            start = match.end()
    yield from _stripped(text, start, end)


def _ends_sentence(text: str, match: re.Match[str], start: int, end: int) -> bool:
    following = _end_of_space(text, match.end(), end)
    if following == end:
        return True
    if text[following] in _CONTINUES:
        return False
    stop, close, spaced = match["stop"], match["close"], following > match.end()
    if _is_inside_brackets(stop, close, spaced):
        return False
    if stop[-1] in "。｡！？":
        return True
    if not spaced and not _CJK_START.match(text, following):
        return False
    if _LOWERCASE_START.match(text, following):
        return False
    if _is_ellipsis(stop):
        return spaced
    return stop[-1] in "!?" or not _is_abbreviation(text, match.start(), start, following, spaced)


def _is_inside_brackets(stop: str, close: str, spaced: bool) -> bool:
    """《谁是凶手？》是一部电影, 该方法（有效吗？）值得研究: the question is that of a title or an aside."""
    if close.endswith(("》", "〉")):
        return True
    return close.endswith((")", "）", "]", "］", "】")) and stop[-1] in "！？!?" and not spaced


def _is_ellipsis(stop: str) -> bool:
    return stop[-1] == "…" or stop.endswith("..")


def _is_abbreviation(text: str, stop: int, start: int, following: int, spaced: bool) -> bool:
    """Whether the full stop at `stop` belongs to the word before it rather than to the sentence."""
    before = _LAST_TOKEN.search(text[max(start, stop - _ABBREVIATION_CHARACTERS) : stop])
    if not before:
        return False
    token = before[0].strip(".")
    if _is_enumerator(text, start, stop) or _INLINE_ENUMERATOR.search(text, start, stop):
        return True
    if token.lower() in _NEVER_LAST:
        return True
    if token.lower() in _BEFORE_NUMBERS:
        return text[following].isdecimal()
    if token.lower() in _SELDOM_LAST or _DOTTED.match(token) or (len(token) == 1 and token.isupper()):
        return not spaced or not _opens_sentence(text, following)
    return False


def _is_enumerator(text: str, start: int, stop: int) -> bool:
    """Whether `1.`, `2.3.`, `a.` or `IV.` opens the sentence, as in a numbered heading."""
    opening = _end_of_space(text, start, stop)
    return stop - opening <= _ABBREVIATION_CHARACTERS and bool(_ENUMERATOR.match(text[opening:stop]))


def _opens_sentence(text: str, position: int) -> bool:
    word = _NEXT_WORD.match(text, position)
    return word[0].lower() in _OPENERS if word else not text[position].isdecimal()


def _split_at_semicolons(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    if end - start > _LONGEST_WITH_SEMICOLON:
        for match in _SEMICOLON.finditer(text, start, end):
            yield from _stripped(text, start, match.end())
            start = match.end()
    yield from _stripped(text, start, end)


def _split_overlong(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while end - start > _LONGEST:
        cut = _best_cut(text, start)
        yield from _stripped(text, start, cut)
        start = _end_of_space(text, cut, end)
    yield from _stripped(text, start, end)


def _best_cut(text: str, start: int) -> int:
    # Not in the first quarter: a stub there would leave the rest as long as before.
    earliest, latest = start + _LONGEST // 4, start + _LONGEST
    for pattern in _CUTS:
        places = [match.end() for match in pattern.finditer(text, earliest, latest)]
        if places:
            return places[-1]
    return latest


def _end_of_space(text: str, start: int, end: int) -> int:
    match = _SPACE.match(text, start, end)
    return match.end() if match else start


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without outer white space, unless nothing is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if piece:
        yield Span(start, start + len(piece))

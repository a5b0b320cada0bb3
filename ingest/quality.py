"""Whether a parsed text is worth searching: measured before it is cut, embedded and believed.

What a file's fonts, encoding or scanner have turned into soup is held back with a reason, because soup that is indexed
is found, quoted and believed. A person may look at it and release it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ingest.body_text import BodyText
from ingest.misdecoding import misdecoded_characters
from rag.documents import Page, PageQuality, ParsedDocument, Quality
from rag.errors import (
    NoText,
    PagesEmpty,
    TextGarbled,
    TextMisdecoded,
    TextScattered,
    TextUnlikely,
    TextUnsure,
)
from rag.settings import QualitySettings

_UNREADABLE = frozenset({"Cc", "Cn", "Co", "Cs"})

_RECOMMENDED = frozenset(
    """
    LATIN GREEK COPTIC CYRILLIC ARMENIAN HEBREW ARABIC THAANA DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU
    KANNADA MALAYALAM SINHALA THAI LAO TIBETAN MYANMAR GEORGIAN HANGUL ETHIOPIC KHMER HIRAGANA KATAKANA BOPOMOFO CJK
    KATAKANA-HIRAGANA IDEOGRAPHIC FULLWIDTH HALFWIDTH FEMININE MASCULINE MICRO MODIFIER MATHEMATICAL DOUBLE-STRUCK
    SCRIPT BLACK-LETTER PLANCK EULER ANGSTROM KELVIN OHM ALEF VERTICAL
    """.split()  # noqa: SIM905 - sixty quoted words on as many lines would be harder to read
)
"""First words of the Unicode names of letters in general use: scripts of UAX #31, table 5, and letter-like signs."""

_FEW_LETTERS = 100
"""Fewer letters say nothing about the order of lines: a cover page has as many."""
_FEW_PAGES = 5
"""Fewer pages may well be pictures: a poster, a cover and its back."""
_MOST_POOR_PAGES = 50
_POOR = 0.9


def measure(document: ParsedDocument) -> Quality:
    """How readable a parsed document is, as a whole and page by page, without what pages repeat around their text."""
    body = BodyText(document)
    text = body.whole
    counts = Counter("".join(text.split()))
    characters, letters = counts.total(), sum(n for c, n in counts.items() if c.isalpha())
    pages = [_page(page, body.of(page.span)) for page in document.pages]
    recognised = [page.confidence for page in document.pages if page.confidence is not None]
    poor = sorted((page for page in pages if page.score < _POOR), key=lambda page: page.score)
    garbled, misdecoded = _share(_garbled(counts), characters), _share(_misdecoded(text), characters)
    rare = _share(_rare(counts), letters)
    readable = sum(n for c, n in counts.items() if c.isalnum())
    confidence = sum(recognised) / len(recognised) if recognised else None
    return Quality(
        score=_score(pages) if pages else round(max(0.0, 1 - garbled - misdecoded - rare), 3) if readable else 0.0,
        characters=characters,
        readable_share=_share(readable, characters),
        garbled_share=garbled,
        misdecoded_share=misdecoded,
        rare_share=rare,
        scattered_share=_scattered_share(text, letters),
        pages=len(pages),
        empty_pages=sum(page.trouble == "empty" for page in pages),
        confidence=confidence,
        scripts=_scripts(counts, letters),
        poor_pages=tuple(poor[:_MOST_POOR_PAGES]),
    )


def judge(quality: Quality, thresholds: QualitySettings) -> None:
    """Raises NoText without a single letter or digit, and a leaf of Quarantined for what had better not be found."""
    if quality.readable_share == 0 and quality.garbled_share == 0:
        raise NoText()
    if not thresholds.quarantine:
        return
    if quality.garbled_share > thresholds.garbled_share:
        raise TextGarbled(share=quality.garbled_share)
    if quality.readable_share == 0:
        raise NoText()
    _judge_sense(quality, thresholds)
    if quality.pages >= _FEW_PAGES and quality.empty_pages / quality.pages > thresholds.empty_pages_share:
        raise PagesEmpty(empty=quality.empty_pages, pages=quality.pages)
    if quality.confidence is not None and quality.confidence < thresholds.least_confidence:
        raise TextUnsure(confidence=quality.confidence)


def _judge_sense(quality: Quality, thresholds: QualitySettings) -> None:
    """Characters that are all valid, and yet no text."""
    if quality.misdecoded_share > thresholds.misdecoded_share:
        raise TextMisdecoded(share=quality.misdecoded_share)
    if quality.rare_share > thresholds.rare_share:
        raise TextUnlikely(share=quality.rare_share)
    if quality.scattered_share > thresholds.scattered_share:
        raise TextScattered(share=quality.scattered_share)


def _page(page: Page, inside: str) -> PageQuality:
    counts = Counter("".join(inside.split()))
    characters = counts.total()
    if not characters:
        return PageQuality(page.number, 0.0, "empty")
    letters = sum(n for c, n in counts.items() if c.isalpha())
    troubles = {
        "garbled": _share(_garbled(counts), characters),
        "misdecoded": _share(_misdecoded(inside), characters),
        "unlikely": _share(_rare(counts), letters),
        "unsure": 0.0 if page.confidence is None else 1 - page.confidence,
    }
    worst = max(troubles, key=troubles.__getitem__)
    return PageQuality(page.number, round(1 - troubles[worst], 3), worst if troubles[worst] else "")


def _score(pages: list[PageQuality]) -> float:
    return round(sum(page.score for page in pages) / len(pages), 3)


def _share(part: int, whole: int) -> float:
    return min(1.0, part / whole) if whole else 0.0


def _misdecoded(text: str) -> int:
    return 0 if text.isascii() else misdecoded_characters(text)


def _garbled(counts: Mapping[str, int]) -> int:
    return sum(number for character, number in counts.items() if _is_garbled(character))


def _is_garbled(character: str) -> bool:
    """The replacement character, and what has no meaning outside one program: private use, control, unassigned."""
    return character == "\ufffd" or unicodedata.category(character) in _UNREADABLE


def _rare(counts: Mapping[str, int]) -> int:
    return sum(number for character, number in counts.items() if character.isalpha() and _is_rare(character))


@lru_cache(maxsize=4096)
def _is_rare(character: str) -> bool:
    """A letter of a script in limited or historic use, or a Han character that only dictionaries have."""
    name = unicodedata.name(character, "")
    if name.startswith("CJK UNIFIED IDEOGRAPH-"):
        return not 0x4E00 <= ord(character) <= 0x9FFF
    return name.partition(" ")[0] not in _RECOMMENDED


def _scattered_share(text: str, letters: int) -> float:
    """Letters on lines of one or two characters: vertical or positioned text whose order was lost."""
    if letters < _FEW_LETTERS:
        return 0.0
    return _share(sum(_lone_letters(line) for line in _lines(text)), letters)


def _lines(text: str) -> Iterator[str]:
    return (line for line in (line.strip() for line in text.splitlines()) if line)


def _lone_letters(line: str) -> int:
    return sum(character.isalpha() for character in line) if len(line) <= 2 else 0


def _scripts(counts: Mapping[str, int], letters: int) -> dict[str, float]:
    """The language mix: shares of the letters by script, as far as they reach one percent."""
    found: Counter[str] = Counter()
    for character, number in counts.items():
        if character.isalpha():
            found[_script(character)] += number
    return {name: round(number / letters, 3) for name, number in found.most_common() if number >= letters / 100}


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    name = unicodedata.name(character, "unknown").partition(" ")[0]
    return {"CJK": "han", "IDEOGRAPHIC": "han", "HIRAGANA": "kana", "KATAKANA": "kana"}.get(name, name.lower())

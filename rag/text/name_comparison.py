"""Whether a claim speaks of another person, place, organisation or product than its sources do.

Within one language a name must stand in the sources as it is. Across languages only what can be compared is: names
that keep their letters, places of the gazetteer, and Chinese names written in pinyin. A name that is translated, or
transliterated from a third language, is compared with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.text.language import detect_language
from rag.text.names import (
    Name,
    NameKind,
    english_places,
    han_names,
    is_chinese_person,
    is_chinese_person_abroad,
    latin_names,
)
from rag.text.normalisation import normal_form
from rag.text.pinyin import han_pattern, latin_pattern
from rag.text.places import in_chinese, in_english
from rag.text.scripts import HAN

_BEGINNING: Final = 4
"""Letters that a country and its people share: Germany, German."""
_ABBREVIATION_SPREAD: Final = 4
"""Characters that an abbreviated Chinese name may have lost between two that it keeps: 工行, 工商银行."""

_NOT_LETTERS = re.compile(r"[^a-z]+")
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name of the claim that no source has; `stated` is one that the sources have instead, or nothing."""

    claimed: str
    stated: str = ""


def other_names(claim: str, quotes: Sequence[str], headers: Sequence[str]) -> list[OtherName]:
    """The names in which a claim differs from its quotes. A header may hold a name that a quote lacks, and names no
    rival.
    """
    texts = _Texts([*quotes, *headers])
    quoted = _Texts(quotes)
    return [*_other_latin(claim, texts, quoted), *_other_han(claim, texts, quoted)]


def has_name(name: str, text: str) -> bool:
    """Whether a text has a name of one language: as it stands, a Chinese one also abbreviated."""
    if _HAN.search(name):
        return _Texts([text]).has_han(name)
    return _in_words(name, normal_form(text))


class _Texts:
    """Sources, read in the ways that names are looked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = "\n".join(texts)
        self.normal = "\n".join(map(normal_form, texts))
        self.letters = _NOT_LETTERS.sub("", self.normal)
        self.is_chinese = detect_language(self.text) == "zh"

    def has_han(self, name: str) -> bool:
        """Whether a Chinese name stands there, at least abbreviated."""
        spread = rf".{{0,{_ABBREVIATION_SPREAD}}}?"
        return bool(re.search(spread.join(map(re.escape, normal_form(name))), self.normal))

    def has_word(self, word: str) -> bool:
        wanted = normal_form(word)
        singular = wanted.removesuffix("s")
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(singular)}", self.normal))


def _other_latin(claim: str, texts: _Texts, quoted: _Texts) -> Iterator[OtherName]:
    """Names in Latin letters: as they stand, or by what they are called in a Chinese source."""
    missing = [name for name in latin_names(claim) if not texts.has_word(name)]
    if not missing:
        return
    claimed = normal_form(claim)
    rivals = [name for name in latin_names(quoted.text) if not _in_words(name, claimed)]
    # A Chinese claim keeps the letters of a name that it does not translate, and so does a Chinese source.
    if not texts.is_chinese or rivals or detect_language(claim) == "zh":
        yield from (OtherName(name, rivals[0] if rivals else "") for name in missing if not _is_short(name))
    else:
        yield from _other_in_chinese(claim, texts, quoted)


def _is_short(name: str) -> bool:
    """An acronym may be spelled out in the source: HR, CEO."""
    return name.isupper() and len(name) <= 3


def _in_words(name: str, normal: str) -> bool:
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(normal_form(name))}", normal))


def _other_in_chinese(claim: str, texts: _Texts, quoted: _Texts) -> Iterator[OtherName]:
    """English claim, Chinese source: places by the gazetteer, Chinese people by their sound."""
    places = english_places(claim)
    known = {han for place in places for han in in_chinese(place)}
    rivals = [name for name in han_names(quoted.text) if name.text not in known and not _sounds_in(name.text, claim)]
    for place in places:
        instead = _first(rivals, _is_place)
        if instead and not any(texts.has_han(han) for han in in_chinese(place)) and not _is_pinyin_in(place, texts):
            yield OtherName(place, instead)
    for run in _people_in_pinyin(claim):
        instead = _first(rivals, is_chinese_person)
        if instead and not any(_is_pinyin_in("".join(order), texts) for order in (run, run[::-1])):
            yield OtherName(" ".join(run), instead)


def _first(names: Sequence[Name], wanted: Callable[[Name], bool]) -> str:
    return next((name.text for name in names if wanted(name)), "")


def _is_place(name: Name) -> bool:
    return bool(in_english(name.text))


def _is_pinyin_in(letters: str, texts: _Texts) -> bool:
    pattern = han_pattern(_NOT_LETTERS.sub("", letters.lower()))
    return bool(pattern and pattern.search(texts.normal))


def _people_in_pinyin(text: str) -> list[list[str]]:
    return [run for run in _runs(text) if is_chinese_person_abroad(run)]


def _runs(text: str) -> Iterator[list[str]]:
    """The names of a text, each with the names that follow it at once."""
    names = latin_names(text)
    if not names:
        return
    pattern = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    for match in re.finditer(rf"\b(?:{pattern})(?:\s(?:{pattern}))*\b", text):
        yield match[0].split()


def _other_han(claim: str, texts: _Texts, quoted: _Texts) -> Iterator[OtherName]:
    """Names in Chinese characters: as they stand in a Chinese source, or by what an English one would call them."""
    names = [name for name in han_names(claim) if not texts.has_han(name.text)]
    if not names:
        return
    if not texts.is_chinese:
        yield from _other_in_english(claim, names, texts, quoted)
        return
    whole = _Texts([claim])
    rivals = [name for name in han_names(quoted.text) if not whole.has_han(name.text)]
    for name in names:
        stated = _rival(name, rivals)
        # A word that only looks like a name is no matter, unless something like it stands in its place.
        if stated or name.kind is not NameKind.OTHER:
            yield OtherName(name.text, stated)


def _rival(name: Name, rivals: Sequence[Name]) -> str:
    """A name of the same kind or, since dictionaries tell kinds badly, any other one."""
    alike = [rival.text for rival in rivals if rival.kind is name.kind] or [rival.text for rival in rivals]
    return alike[0] if alike else ""


def _other_in_english(claim: str, names: Sequence[Name], texts: _Texts, quoted: _Texts) -> Iterator[OtherName]:
    """Chinese claim, English source."""
    places = [place for place in english_places(quoted.text) if not _named_in_chinese(place, claim)]
    people = [run for run in _people_in_pinyin(quoted.text) if not _is_sounded(run, claim)]
    for name in names:
        if _is_told_in_english(name, texts):
            continue
        if _is_place(name) and places:
            yield OtherName(name.text, places[0])
        elif is_chinese_person(name) and people:
            yield OtherName(name.text, " ".join(people[0]))


def _is_told_in_english(name: Name, texts: _Texts) -> bool:
    """By the name of a place, or what begins like it (德国, German), or by its sound."""
    beginnings = {english[:_BEGINNING] for english in in_english(name.text)}
    return any(texts.has_word(beginning) for beginning in beginnings) or _sounds_in(name.text, texts.text)


def _named_in_chinese(place: str, claim: str) -> bool:
    return any(han in claim for han in in_chinese(place)) or _sounded_by(place.replace(" ", ""), claim)


def _is_sounded(run: Sequence[str], text: str) -> bool:
    return any(_sounded_by("".join(order).lower(), text) for order in (run, run[::-1]))


def _sounded_by(letters: str, text: str) -> bool:
    pattern = han_pattern(letters)
    return bool(pattern and pattern.search(text))


def _sounds_in(han: str, text: str) -> bool:
    """Whether Latin text writes a Chinese name by its sound, in either order of family and given name."""
    letters = _NOT_LETTERS.sub("", normal_form(text))
    patterns = (latin_pattern(order) for order in {han, han[1:] + han[:1]})
    return any(pattern.search(letters) for pattern in patterns if pattern)

"""How Chinese names are written abroad: whether Latin letters are a reading of Chinese characters."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_LONGEST_SYLLABLE: Final = 6
_MOST_SYLLABLES: Final = 6


@cache
def _characters() -> dict[str, str]:
    """Every syllable with the characters that can be read so; a character may stand under several."""
    lines = files("rag.text").joinpath("pinyin.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if not line.startswith("#"))
    return dict(pairs)


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    readings: dict[str, list[str]] = {}
    for syllable, characters in _characters().items():
        for character in characters:
            readings.setdefault(character, []).append(syllable)
    return {character: tuple(syllables) for character, syllables in readings.items()}


def readings(character: str) -> tuple[str, ...]:
    """The syllables that a character can be read as."""
    return _readings().get(character, ())


def reading(han: str) -> str:
    """One way to write characters in Latin letters, without spaces; characters that are not known are left out."""
    return "".join(_readings().get(character, ("",))[0] for character in han)


def latin_pattern(han: str) -> re.Pattern[str] | None:
    """Matches every reading of some characters in a run of small letters; None when one has no reading known."""
    choices = [_readings().get(character) for character in han]
    if not all(choices):
        return None
    return re.compile("".join(f"(?:{'|'.join(choice)})" for choice in choices if choice))


@lru_cache(maxsize=4096)
def han_pattern(latin: str) -> re.Pattern[str] | None:
    """Matches the characters that small letters can be a reading of; None when they are none: "acme"."""
    ways = _ways(latin, _MOST_SYLLABLES)
    classes = ("".join(f"[{_characters()[syllable]}]" for syllable in way) for way in ways)
    return re.compile("|".join(classes)) if ways else None


def _ways(latin: str, most: int) -> list[tuple[str, ...]]:
    """The ways to part letters into at most so many syllables."""
    if not latin:
        return [()]
    if not most:
        return []
    return [
        (latin[:size], *rest)
        for size in range(1, min(_LONGEST_SYLLABLE, len(latin)) + 1)
        if latin[:size] in _characters()
        for rest in _ways(latin[size:], most - 1)
    ]

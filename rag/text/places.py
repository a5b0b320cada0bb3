"""Countries and large cities, which the two languages call by names that do not sound alike: Leipzig, 莱比锡."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _places() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """From English names in small letters to Chinese ones, and back: several places may share a name."""
    chinese: dict[str, set[str]] = {}
    english: dict[str, set[str]] = {}
    for line in files("rag.text").joinpath("places.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        latin, han = (side.split("|") for side in line.split("\t"))
        for name in latin:
            chinese.setdefault(name.lower(), set()).update(han)
        for name in han:
            english.setdefault(name, set()).update(map(str.lower, latin))
    return _frozen(chinese), _frozen(english)


def _frozen(names: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(others) for name, others in names.items()}


def in_chinese(english: str) -> frozenset[str]:
    """What a place is called in Chinese, by its English name; nothing where it is no place that we know."""
    return _places()[0].get(english.lower(), frozenset())


def in_english(chinese: str) -> frozenset[str]:
    """What a place is called in English, in small letters, by its Chinese name."""
    return _places()[1].get(chinese, frozenset())

"""Words that exclude one another in two languages: rose and fell, buyer and seller, Monday and Tuesday.

Two texts differ when one names a member of a set where the other names only another one. The sets are data
(contrasts.toml): the opposites and closed classes of everyday business language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rag.text.normalisation import normal_form


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a claim says, in its words, and what its sources say instead. `of` names the set."""

    of: str
    claimed: str
    stated: str


def contrasts(claim: str, sources: Sequence[str]) -> list[Contrast]:
    """Where the claim has a member of a set that no source has, and the sources have one that the claim has not."""
    stated: dict[str, dict[str, str]] = {}
    for source in sources:
        for name, members in _members(source):
            stated[name] = {**stated.get(name, {}), **members}
    found = (_between(name, claimed, stated.get(name, {})) for name, claimed in _members(claim))
    return [contrast for contrast in found if contrast]


def _between(name: str, claimed: Mapping[str, str], stated: Mapping[str, str]) -> Contrast | None:
    missing = [words for member, words in claimed.items() if member not in stated]
    instead = [words for member, words in stated.items() if member not in claimed]
    return Contrast(name, missing[0], instead[0]) if missing and instead else None


@lru_cache(maxsize=4096)
def _members(text: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The sets of which a text names members, each with those members and the words that name them."""
    normal = normal_form(text)
    found = ((name, _matched(pattern, normal)) for name, pattern in _sets())
    return tuple((name, members) for name, members in found if members)


def _matched(pattern: re.Pattern[str], text: str) -> Mapping[str, str]:
    return {match.lastgroup: match[0] for match in pattern.finditer(text) if match.lastgroup}


@cache
def _sets() -> tuple[tuple[str, re.Pattern[str]], ...]:
    content = tomllib.loads(files("rag.text").joinpath("contrasts.toml").read_text(encoding="utf-8"))
    return tuple((name, _pattern(members)) for name, members in content.items())


def _pattern(members: dict[str, list[str]]) -> re.Pattern[str]:
    """Each member is an English and a Chinese alternative; longer words come first where one begins another."""
    groups = [rf"(?P<{member}>\b(?:{english})\b|{chinese})" for member, (english, chinese) in members.items()]
    return re.compile("|".join(groups))

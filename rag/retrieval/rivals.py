"""Documents about another than the one that is asked about: one company's report under a question about another's.

Documents of one kind tell much the same of different companies, courts and patients, so that all of them come close to
a question about any. Where a question names what it is about, and some document found has that name in its title, one
whose title names another of the kind in its place stands back, unless the name stands in what was found of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rag.retrieval.fusion import Candidate
from rag.store.listings import LiveVersion
from rag.text.name_comparison import has_name
from rag.text.normalisation import normal_form
from rag.text.scripts import HAN
from rag.text.topics import topics

BEHIND = 0.3
"""What a passage of a rival loses, in units of dense cosine. On dev, 0.1 to 0.6 lie within a tenth of a point of
evidence in the first 1,000 words."""

ReadTexts = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
"""The texts of versions, by id."""

_LEAST_LETTERS: Final = 2
_POSSESSIVE = re.compile(r"['’]s?\Z")
_CODE = re.compile(r"(?=.*[0-9])([A-Za-z]+)[A-Za-z0-9.-]*")
_HAN = re.compile(f"[{HAN}]")
_HAN_ENDING: Final = 2
"""Characters at the end of a Chinese name that say what it is of: 公司, 医院, 法院, 制度."""


async def behind_rivals(
    question: str, candidates: Sequence[Candidate], live: Mapping[str, LiveVersion], read: ReadTexts
) -> list[Candidate]:
    """The candidates, those of rivals put behind. `live` has the versions of all of them, by id."""
    asked = _names(question)
    held = {version_id: _held(asked, version.title) for version_id, version in live.items()}
    suspects = {
        version_id
        for version_id, version in live.items()
        if any(held[version_id] < others for others in held.values())
        and _names_a_rival(version.title, asked, held[version_id])
    }
    if not suspects:
        return list(candidates)
    texts = _found_texts([each for each in candidates if each.passage.version_id in suspects], await read(suspects))
    told = {version_id: held[version_id] | _held(asked, texts[version_id]) for version_id in suspects}
    rivals = {version_id for version_id in suspects if any(told[version_id] < others for others in held.values())}
    return [replace(each, behind=BEHIND) if each.passage.version_id in rivals else each for each in candidates]


def is_of_a_rival(question: str, title: str, text: str) -> bool:
    """Whether a text is under a title, or a header, that names another of the kind than the question does, and has no
    name that the question has.
    """
    asked = _names(question)
    held = _held(asked, f"{title}\n{text}")
    return not held and _names_a_rival(title, asked, held)


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...]:
    """What a question or a title names, once each."""
    found = (_POSSESSIVE.sub("", span.of(text)) for span in topics(text))
    return tuple(dict.fromkeys(name for name in found if len(name) >= _LEAST_LETTERS))


def _held(names: Sequence[str], text: str) -> frozenset[str]:
    return frozenset(name for name in names if has_name(name, text))


def _names_a_rival(title: str, asked: Sequence[str], held: frozenset[str]) -> bool:
    """Whether a title names something of one kind with a name that is asked for and that it lacks."""
    others = [name for name in _names(title) if not any(_is_part(name, known) for known in asked)]
    return any(_are_of_one_kind(other, name) for other in others for name in asked if name not in held)


def _is_part(name: str, known: str) -> bool:
    return normal_form(name) in normal_form(known)


def _are_of_one_kind(one: str, other: str) -> bool:
    """Two codes of one series, or names that end in the same word: two companies, courts, hospitals, rules."""
    codes = _CODE.fullmatch(one), _CODE.fullmatch(other)
    if codes[0] and codes[1]:
        return codes[0][1].lower() == codes[1][1].lower()
    if _HAN.search(one) and _HAN.search(other):
        return one[-_HAN_ENDING:] == other[-_HAN_ENDING:]
    words = one.lower().split(), other.lower().split()
    return min(map(len, words)) > 1 and words[0][-1].strip(".") == words[1][-1].strip(".")


def _found_texts(candidates: Sequence[Candidate], texts: Mapping[str, str]) -> dict[str, str]:
    """Of each version, what was found of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for candidate in candidates:
        passage = candidate.passage
        found[passage.version_id].append(f"{passage.context}\n{passage.span.of(texts[passage.version_id])}")
    return {version_id: "\n".join(parts) for version_id, parts in found.items()}

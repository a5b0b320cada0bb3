"""Pairs of sentences of two documents, written for this project: contradicting, agreeing, and about different things.

A file of `benchmarks/disagreements` has cases in both languages. From each come, for each language of the one side and
of the other, a pair that contradicts, a pair that agrees, and a pair that tells another quantity of something else:

    one_en = "The warranty period of the pump is 24 months from the date of delivery."
    other_en = "The pump has a warranty period of {36 months|two years} from the delivery date."
    apart_en = "The warranty period of the battery is 6 months from the date of delivery."

The first choice of the braces contradicts, the second agrees.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).parent / "disagreements"


Side = Literal["en", "zh"]
LANGUAGES: Final[tuple[Side, ...]] = ("zh", "en")
Relation = Literal["contradicting", "agreeing", "apart"]

_CHOICE = re.compile(r"\{([^|{}]*)\|([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence under the title of its document."""

    text: str
    title: str
    language: Side


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements of different documents. `held_out` pairs are of cases that nothing was tuned on: every second."""

    one: Statement
    other: Statement
    relation: Relation
    kind: str
    held_out: bool

    @property
    def direction(self) -> str:
        return f"{self.one.language}-{self.other.language}"


def read_pairs(folder: Path = FOLDER) -> list[Pair]:
    return [pair for path in sorted(folder.glob("*.toml")) for pair in _of_file(path)]


def _of_file(path: Path) -> Iterator[Pair]:
    cases: list[dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    for place, case in enumerate(cases):
        for language in LANGUAGES:
            one = Statement(case[f"one_{language}"], case[f"title_{language}"], language)
            for other_language in LANGUAGES:
                for relation, text in _others(case, other_language):
                    other = Statement(text, case[f"other_title_{other_language}"], other_language)
                    yield Pair(one, other, relation, case["kind"], place % 2 == 1)


def _others(case: dict[str, str], language: Side) -> Iterator[tuple[Relation, str]]:
    template = case[f"other_{language}"]
    yield "contradicting", _CHOICE.sub(r"\1", template)
    yield "agreeing", _CHOICE.sub(r"\2", template)
    yield "apart", case[f"apart_{language}"]

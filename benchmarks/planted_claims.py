"""Claims about sources written for this project: true ones, and the same ones with one error planted.

A file of `benchmarks/claims` is a document of twenty sentences, each written in English and in Chinese. With each come
two claims that say some of it in other words, and in them what to plant:

    claim_en = "Overdue amounts bear interest at {4.35%|number:4.75%} a year."

The first choice of a pair of braces is true; each other one is an error of the kind before its colon. The generator
takes the true choice everywhere, and then one error at a time. A claim is held against the document in its own
language and against the document in the other one; a sentence of the other language's document is a true claim too:
its translation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).parent / "claims"
LANGUAGES: Final = ("zh", "en")

Side = Literal["en", "zh"]

_CHOICES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of a document, under the header that it stands under."""

    text: str
    header: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said about the sentence `place` of a document in `source_language`. `kind` is what was planted.

    `held_out` claims are about sentences that nothing was tuned on: every second one of a document.
    """

    text: str
    language: Side
    document: str
    source_language: Side
    place: int
    kind: str = ""

    @property
    def held_out(self) -> bool:
        return self.place % 2 == 1

    @property
    def direction(self) -> str:
        return f"{self.language} on {self.source_language}"


@dataclass(frozen=True, slots=True)
class Document:
    """The same document in both languages, sentence by sentence, and the claims about it."""

    name: str
    sources: dict[Side, tuple[Source, ...]]
    claims: tuple[Claim, ...]


def read_documents(folder: Path = FOLDER) -> list[Document]:
    return [_document(path) for path in sorted(folder.glob("*.toml"))]


def _document(path: Path) -> Document:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    cases: list[dict[str, str]] = content["case"]
    sources = {side: tuple(_source(case, side, content[f"title_{side}"]) for case in cases) for side in LANGUAGES}
    claims = [claim for place, case in enumerate(cases) for claim in _claims(path.stem, place, case)]
    return Document(path.stem, sources, tuple(claims))  # type: ignore[arg-type]


def _source(case: dict[str, str], side: str, title: str) -> Source:
    return Source(case[side], case.get(f"header_{side}", title))


def _claims(document: str, place: int, case: dict[str, str]) -> Iterator[Claim]:
    for source_language in LANGUAGES:
        for language in LANGUAGES:
            about = (document, source_language, place)
            if language != source_language:
                yield Claim(case[language], language, *about)  # type: ignore[arg-type]
            for kind, text in planted(case[f"claim_{language}"]):
                yield Claim(text, language, *about, kind)  # type: ignore[arg-type]


def planted(template: str) -> Iterator[tuple[str, str]]:
    """The true claim of a template, with an empty kind, and each claim with one of its errors."""
    choices = [match[1].split("|") for match in _CHOICES.finditer(template)]
    true = [first for first, *_ in choices]
    yield "", _filled(template, true)
    for index, (_, *errors) in enumerate(choices):
        for error in errors:
            kind, _, text = error.partition(":")
            yield kind.strip(), _filled(template, [*true[:index], text.strip(), *true[index + 1 :]])


def _filled(template: str, chosen: list[str]) -> str:
    rest = iter(chosen)
    return _CHOICES.sub(lambda _: next(rest), template)

"""Sentences of documents that are worth a question: each becomes the evidence of one, verbatim."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.documents import Language, Span
from rag.evaluation.matching import count_words
from rag.text.language import detect_language
from rag.text.quantities import quantities
from rag.text.sentences import sentence_spans

LEAST_WORDS, MOST_WORDS = 8, 80
"""A heading is no fact, and a paragraph without a full stop is many. A Chinese character is a word."""
_AROUND = 2
"""Sentences shown before and after the fact, so that the question can name what it is about."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it is stored; `name` is what `gold` will say."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    source: Source
    span: Span
    around: str
    language: Language

    @property
    def fact(self) -> str:
        return self.span.of(self.source.text)


def candidates(sources: Sequence[Source], seed: int = 0) -> Iterator[Candidate]:
    """One sentence of each document in turn, drawn at random, until all are taken. Sentences with a quantity come
    first: their answers are short, and right or wrong.
    """
    rng = random.Random(seed)
    waiting = [_drawn(source, rng) for source in sources]
    rng.shuffle(waiting)
    while waiting:
        waiting = [drawn for drawn in waiting if drawn]
        yield from [drawn.pop() for drawn in waiting]


def _drawn(source: Source, rng: random.Random) -> list[Candidate]:
    """The best last, where `pop` takes them."""
    found = list(_suitable(source))
    rng.shuffle(found)
    return sorted(found, key=lambda candidate: bool(quantities(candidate.fact)))


def _suitable(source: Source) -> Iterator[Candidate]:
    spans = sentence_spans(source.text)
    for i, span in enumerate(spans):
        text = span.of(source.text)
        language = detect_language(text)
        if LEAST_WORDS <= count_words(text) <= MOST_WORDS and language != "other":
            first, last = spans[max(0, i - _AROUND)], spans[min(len(spans) - 1, i + _AROUND)]
            yield Candidate(source, span, source.text[first.start : last.end], language)

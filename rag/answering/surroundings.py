"""What speaks for a source sentence besides the claim itself: its document, its neighbours, what was cited before.

Documents of one kind say the same of different things: "this strengthened the market position" stands in the report of
every company. A sentence of a document that meets the question as a whole, or one that goes on from what the answer has
just cited, is the likelier source.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rag.answering.evidence import Evidence, EvidenceSentence, goes_on
from rag.documents import Span

DOCUMENT_WEIGHT = 0.5
"""What each unit counts by which a document's best sentence meets the question less than the best of all."""
BESIDE_CITED = 0.2
CITED_BEFORE = 0.25
"""Beside a score of attribution, where 1 is a very good match. Chosen with the other weights of attribution, on 52
DRAGONBall questions whose reference answers were attributed (docs/answering.md)."""

_Place = tuple[str, Span]


class Surroundings:
    """Of one answer: it changes with what is cited."""

    def __init__(self, evidence: Evidence, question_scores: np.ndarray) -> None:
        """`question_scores` say how closely each sentence meets the question, shape (n,)."""
        self._places = [_place(sentence) for sentence in evidence.sentences]
        self._documents = _document_weights(evidence, question_scores)
        self._beside = _beside(evidence.sentences)
        self._cited = np.zeros(len(self._places), bool)

    @property
    def documents(self) -> np.ndarray:
        """What each sentence's document counts, shape (n,): 0 for the best, negative for those far off."""
        return self._documents

    @property
    def cited(self) -> np.ndarray:
        """Which sentences the answer rests on so far, shape (n,), of bool."""
        return self._cited.copy()

    @property
    def cited_places(self) -> int:
        return int(self._cited.sum())

    def bonus(self) -> np.ndarray:
        """What to add to each sentence's score, shape (n,); negative for sentences of documents far off."""
        beside = self._beside[self._cited].any(axis=0)
        bonus: np.ndarray = self._documents + BESIDE_CITED * beside + CITED_BEFORE * self._cited
        return bonus

    def cite(self, sentences: tuple[EvidenceSentence, ...]) -> None:
        """Note what a sentence of the answer rests on. One that only tells a year need not be among the sources."""
        for sentence in sentences:
            if (place := _place(sentence)) in self._places:
                self._cited[self._places.index(place)] = True


def _place(sentence: EvidenceSentence) -> _Place:
    return sentence.source.passage.version_id, sentence.span


def _document_weights(evidence: Evidence, question_scores: np.ndarray) -> np.ndarray:
    best: dict[str, float] = {}
    versions = [sentence.source.passage.version_id for sentence in evidence.sentences]
    for version, score in zip(versions, question_scores, strict=True):
        best[version] = max(best.get(version, -np.inf), float(score))
    highest = max(best.values(), default=0.0)
    return np.array([DOCUMENT_WEIGHT * (best[version] - highest) for version in versions])


def _beside(sentences: Sequence[EvidenceSentence]) -> np.ndarray:
    """Which sentences follow one another in a document's text, shape (n, n)."""
    beside = np.zeros((len(sentences), len(sentences)), bool)
    order = sorted(range(len(sentences)), key=lambda n: _place(sentences[n]))
    for first, second in pairwise(order):
        if goes_on(sentences[first], sentences[second]):
            beside[first, second] = beside[second, first] = True
    return beside

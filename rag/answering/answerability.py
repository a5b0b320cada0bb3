"""How likely the sources are to answer the question: what speaks for it, as one probability.

No signal is enough by itself. A question about the right company that its report does not answer is as close to the
report as one that it does answer; its rare words are then often nowhere. A chat model that is asked for a yes or a no
sees more than both and is sure of too much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answering.evidence import Evidence

_BEST_SENTENCES = 3

_UNJUDGED = (-1.5, 2.9, 1.1)
"""Bias, closeness, coverage: a logistic regression on 103 questions of DRAGONBall (zh, en) and RGB at noise 1.0 (zh),
a third of them unanswerable, with the default embedder. Alone the two tell little: area under the curve 0.64."""
_JUDGED = (-0.75, 1.2, 0.3, 1.9)
"""The same with the judge's margin: 52 questions of DRAGONBall, CLAPNQ and RGB, judged by the default chat model. Area
under the curve 0.84, five-fold. The bias puts the default threshold where none of the 27 answerable questions, and 12
of the 25 unanswerable, are refused before anything is written."""
_NO_SENTENCE = -1.0
"""The closeness of nothing; no sentence means the opposite of a question."""
_SUREST = 4.0
"""Margins count up to this: a small model is sure of too much."""


@dataclass(frozen=True, slots=True)
class Signals:
    """`closeness` is the best centred cosine of the question and a source sentence. `coverage` is the share of the
    question's words, by how much they tell, that the best three sentences and their headers hold. `margin` is the
    judge's log-odds of Yes against No; None where nobody judged.
    """

    closeness: float
    coverage: float
    margin: float | None = None

    def judged(self, margin: float | None) -> Signals:
        return replace(self, margin=margin)


def signals(shares: Mapping[str, float], vector: np.ndarray, scores: np.ndarray, evidence: Evidence) -> Signals:
    """What the sources themselves tell.

    `shares` say how much each word of the question tells, `scores` how closely each sentence meets it, shape (n,);
    `vector` is the question's, centred.
    """
    if not evidence.sentences:
        return Signals(_NO_SENTENCE, 0.0)
    best = [evidence.sentences[n] for n in map(int, np.argsort(-scores, kind="stable")[:_BEST_SENTENCES])]
    told = frozenset[str]().union(*(sentence.terms | sentence.header_terms for sentence in best))
    coverage = sum(share for word, share in shares.items() if word in told)
    return Signals(float(evidence.closeness(vector).max()), coverage)


def answerability(found: Signals) -> float:
    """The probability, from 0 to 1, that the sources answer the question; 0 where they hold no sentence."""
    if found.closeness <= _NO_SENTENCE:
        return 0.0
    if found.margin is None:
        return _logistic(_UNJUDGED, found.closeness, found.coverage)
    return _logistic(_JUDGED, found.closeness, found.coverage, _bounded(found.margin))


def could_be_answered(found: Signals, threshold: float) -> bool:
    """Whether some verdict of the judge would lift these sources over the threshold."""
    return answerability(found.judged(_SUREST)) >= threshold


def _bounded(margin: float) -> float:
    return max(-_SUREST, min(_SUREST, margin))


def _logistic(weights: Sequence[float], *values: float) -> float:
    bias, *factors = weights
    odds = bias + sum(factor * value for factor, value in zip(factors, values, strict=True))
    return 1 / (1 + math.exp(-odds))

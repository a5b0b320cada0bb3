"""The evidence threshold that fits a user's own questions: below it a question is refused before a word is written.

It is chosen as the one that refuses most of the unanswerable questions while refusing no more than an allowed share of
the answerable ones. What to expect of it is told by cross-validation: each question is decided by a threshold that was
chosen without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.citations import RefusalReason
from rag.errors import LabelsTooFew
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.intervals import Estimate, estimate
from rag.evaluation.runs import Row

LEAST = 8
"""Questions of each kind without which folds would be empty of one."""
FOLDS = 5
REPEATS = 20
"""Ways to draw the folds: with some dozens of questions, one way is luck."""
_MOST_CANDIDATES = 400
"""Thresholds that are tried: more would only take time."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's label and how close its best evidence is. `declined` says whether it is refused in any case, by the
    model or for want of support; None where it was refused so early that nobody knows.
    """

    score: float
    answerable: bool
    declined: bool | None

    def refused(self, threshold: float) -> bool:
        return self.score < threshold or bool(self.declined)


@dataclass(frozen=True, slots=True)
class Point:
    """A threshold and what it does to the questions: shares of the unanswerable and of the answerable refused, and of
    the refused that are unanswerable (1 where nothing is refused).
    """

    threshold: float
    recall: float
    over_refusal: float
    precision: float


@dataclass(frozen=True, slots=True)
class Expected:
    """Held-out figures, with intervals over questions."""

    recall: Estimate
    over_refusal: Estimate
    precision: float


def scored_questions(pairs: Iterable[tuple[EvaluationQuestion, Row]]) -> list[Scored]:
    """Of the rows that tell a score. Raises LabelsTooFew unless there are LEAST of each kind."""
    found = [
        Scored(float(row["evidence_score"]), question.answerable, _declined(row))
        for question, row in pairs
        if row.get("evidence_score") is not None
    ]
    answerable = sum(one.answerable for one in found)
    for count, kind in ((answerable, "answerable"), (len(found) - answerable, "unanswerable")):
        if count < LEAST:
            reason = f"{count} {kind} questions have an evidence_score in these rows, and {LEAST} are the least"
            raise LabelsTooFew(reason=reason)
    return found


def lowest(questions: Iterable[Scored]) -> float:
    """The lowest threshold that the rows can judge: what they refused early was answered nowhere."""
    return max((np.nextafter(one.score, 2.0) for one in questions if one.declined is None), default=0.0)


def choose(questions: Sequence[Scored], most_over_refusal: float, floor: float = 0.0) -> Point:
    """The best point within the allowed over-refusal; the lowest threshold where even that refuses too much."""
    points = _points(questions, _candidates(questions, floor))
    allowed = [point for point in points if point.over_refusal <= most_over_refusal] or points[:1]
    return max(allowed, key=lambda point: (point.recall, -point.over_refusal, -point.threshold))


def point_at(questions: Sequence[Scored], threshold: float) -> Point:
    return _points(questions, np.array([threshold]))[0]


def _points(questions: Sequence[Scored], thresholds: np.ndarray) -> list[Point]:
    scores, answerable, declined = _columns(questions)
    refused = (scores[:, None] < thresholds) | declined[:, None]
    rightly, wrongly = refused[~answerable].sum(axis=0), refused[answerable].sum(axis=0)
    told, untold = max(1, int(answerable.sum())), max(1, int((~answerable).sum()))
    return [
        Point(float(threshold), right / untold, wrong / told, right / (right + wrong) if right + wrong else 1.0)
        for threshold, right, wrong in zip(thresholds, rightly.tolist(), wrongly.tolist(), strict=True)
    ]


def _columns(questions: Sequence[Scored]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, labels and who is refused in any case, shape (n,) each."""
    return (
        np.array([one.score for one in questions]),
        np.array([one.answerable for one in questions], dtype=bool),
        np.array([bool(one.declined) for one in questions], dtype=bool),
    )


def cross_validated(questions: Sequence[Scored], most_over_refusal: float, floor: float = 0.0) -> Expected:
    """What a threshold chosen on such questions does to others like them."""
    shares = np.mean([_held_out(questions, most_over_refusal, floor, seed) for seed in range(REPEATS)], axis=0)
    answerable = np.array([one.answerable for one in questions])
    rightly, wrongly = shares[~answerable], shares[answerable]
    refused = float(shares.sum())
    return Expected(estimate(rightly), estimate(wrongly), float(rightly.sum()) / refused if refused else 1.0)


def separation(questions: Sequence[Scored]) -> float:
    """How often an answerable question scores above an unanswerable one: the area under the ROC curve."""
    told = np.array([one.score for one in questions if one.answerable])
    untold = np.array([one.score for one in questions if not one.answerable])
    above = (told[:, None] > untold[None, :]) + 0.5 * (told[:, None] == untold[None, :])
    return float(above.mean())


def _declined(row: Row) -> bool | None:
    if row.get("refusal") == RefusalReason.NO_EVIDENCE.value:
        return None
    return bool(row.get("refused"))


def _candidates(questions: Sequence[Scored], floor: float) -> np.ndarray:
    """The lowest, then one between each two neighbouring scores, then one above all. Settings take 0 to 1."""
    scores = np.unique(np.clip([one.score for one in questions], floor, 1.0))
    between = (scores[:-1] + scores[1:]) / 2
    if len(between) > _MOST_CANDIDATES:
        between = between[np.linspace(0, len(between) - 1, _MOST_CANDIDATES).astype(int)]
    return np.array([floor, *between, min(1.0, scores[-1] + 0.01)])


def _held_out(questions: Sequence[Scored], most_over_refusal: float, floor: float, seed: int) -> np.ndarray:
    """1 for each question that is refused by the threshold which the other folds choose, shape (n,)."""
    fold_of = _folds([one.answerable for one in questions], seed)
    refused = np.zeros(len(questions))
    for fold in range(FOLDS):
        others = [one for one, mine in zip(questions, fold_of, strict=True) if mine != fold]
        chosen = choose(others, most_over_refusal, floor)
        for i in np.flatnonzero(fold_of == fold):
            refused[i] = questions[int(i)].refused(chosen.threshold)
    return refused


def _folds(kinds: Sequence[bool], seed: int) -> np.ndarray:
    """A fold for each, drawn at random, with as many of each kind in every fold as can be."""
    rng = np.random.default_rng(seed)
    fold_of = np.zeros(len(kinds), dtype=int)
    for kind in (True, False):
        mine = rng.permutation([i for i, one in enumerate(kinds) if one is kind])
        fold_of[mine] = np.arange(len(mine)) % FOLDS
    return fold_of

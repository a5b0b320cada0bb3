"""The support threshold that fits a user's own questions: from it on, a sentence counts as supported by its quotes.

A written sentence is taken to be right when it says what an accepted answer or an evidence sentence says, and wrong
otherwise. That is a stand-in for reading each of them: use it with questions whose evidence is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.citations import AnswerMode, SupportStatus
from rag.evaluation.answer_measures import char_f1
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.matching import holds, letters
from rag.evaluation.runs import Row

LEAST = 20
"""Right and wrong sentences together: fewer say nothing of a precision."""
_SAME = 0.5
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Judged:
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class SupportPoint:
    """The share of the sentences that reach the threshold which is right; the share of the right ones that reach it."""

    threshold: float
    precision: float
    recall: float


def judged_sentences(pairs: Iterable[tuple[EvaluationQuestion, Row]]) -> list[Judged]:
    """What a chat model wrote, shown or not. Extracts are their own quotes; a contradiction is no matter of degree."""
    return [
        Judged(float(sentence["score"]), _is_right(question, str(sentence["text"])))
        for question, row in pairs
        if row.get("mode") == AnswerMode.GENERATED.value
        for sentence in row.get("sentences") or ()
        if sentence["status"] != SupportStatus.CONTRADICTED.value
    ]


def choose_support(sentences: Sequence[Judged], least_precision: float) -> SupportPoint | None:
    """The lowest threshold of that precision; None where none has it or too few sentences tell."""
    if len(sentences) < LEAST:
        return None
    return next((point for point in _points(sentences) if point.precision >= least_precision), None)


def _points(sentences: Sequence[Judged]) -> Iterator[SupportPoint]:
    """One at each score that occurs within 0 to 1, the lowest first."""
    everything_right = max(1, sum(one.right for one in sentences))
    for threshold in sorted({one.score for one in sentences if 0 <= one.score <= 1}):
        reached = [one.right for one in sentences if one.score >= threshold]
        yield SupportPoint(threshold, sum(reached) / len(reached), sum(reached) / everything_right)


def _is_right(question: EvaluationQuestion, sentence: str) -> bool:
    if not question.answerable:
        return False
    told = any(char_f1(sentence, text) >= _SAME or holds(text, sentence) for text in question.evidence)
    return told or any(_says(sentence, answer) for answer in question.answers)


def _says(sentence: str, answer: str) -> bool:
    wanted = letters(answer)
    return (len(wanted) >= _LEAST_LETTERS and wanted in letters(sentence)) or char_f1(sentence, answer) >= _SAME

"""What was answered, against the accepted answers, without a model: words, characters and numbers.

contains      an accepted answer stands in the answer, letters and digits only
char_f1       words and Chinese characters shared with the best accepted answer
num_recall    share of the accepted answers' numbers that the answer gives
num_invented  the answer gives a number that stands in neither the accepted answers, the evidence nor the question
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.matching import letters

MARK = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_RIGHT_F1 = 0.5


def answer_measures(question: EvaluationQuestion, answer: str) -> dict[str, float]:
    body, accepted = MARK.sub("", answer), question.answers
    found = {
        "char_f1": max((char_f1(body, wanted) for wanted in accepted), default=0.0),
        "contains": float(any(letters(wanted) and letters(wanted) in letters(body) for wanted in accepted)),
    }
    wanted_numbers = set[str]().union(*map(numbers, accepted))
    if wanted_numbers:
        known = wanted_numbers.union(numbers(question.query), *map(numbers, question.evidence))
        found["num_recall"] = len(wanted_numbers & numbers(body)) / len(wanted_numbers)
        found["num_invented"] = float(bool(numbers(body) - known))
    return found


def is_right(measured: Mapping[str, float]) -> bool:
    """Whether the measures of an answer say that it is right: by its words, by all its numbers, or by most of both."""
    return bool(measured["contains"] or measured.get("num_recall", 0) == 1 or measured["char_f1"] >= _RIGHT_F1)


def numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text.replace("，", ",")))


def char_f1(one: str, other: str) -> float:
    counts = [Counter(_TOKEN.findall(text.lower())) for text in (one, other)]
    shared = (counts[0] & counts[1]).total()
    return 2 * shared / (counts[0].total() + counts[1].total()) if shared else 0.0

from __future__ import annotations

import numpy as np
import pytest

from rag.answering.completing import ENOUGH_PLACES, missing_sentences
from rag.answering.evidence import Evidence, split_sources
from rag.answering.surroundings import Surroundings
from rag.documents import Language
from tests.rag.answering.sources import source

TEXT = (
    "A violation was found. The rules were revised. Staff were trained. The lobby was painted. It had 40 chairs. "
    "Lunch was late. 员工接受了培训。"
)
TOLD = "How did the violation change the rules? A violation was found."


def missing(scores: list[float], cited: tuple[int, ...] = (0,), language: Language = "en") -> list[str]:
    sentences = tuple(split_sources([source(TEXT[:-8]), source(TEXT[-8:], name="p2", start=len(TEXT) - 8)]))
    found = Evidence(sentences, np.zeros((len(sentences), 2), np.float32))
    weights = np.array(scores)
    surroundings = Surroundings(found, weights)
    surroundings.cite(tuple(sentences[n] for n in cited))
    return [sentence.text for sentence in missing_sentences(TOLD, language, weights, found, surroundings)]


def test_the_best_sentences_are_added_in_reading_order_until_enough_is_cited() -> None:
    assert missing([1.0, 0.8, 0.9, 0.85, 0, 0, 0]) == ["The rules were revised.", "Staff were trained."]
    assert missing([1.0, 0.8, 0.9, 0.85, 0, 0, 0], cited=tuple(range(ENOUGH_PLACES))) == []


def test_a_neighbour_of_what_is_cited_comes_before_a_stranger() -> None:
    assert missing([1.0, 0.75, 0.1, 0.1, 0, 0.9, 0], cited=(0, 3)) == ["The rules were revised."]


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ([1.0, 0.3, 0.3, 0.3, 0, 0, 0], "too far from the question"),
        ([1.0, 0, 0, 0, 1.0, 0, 0], "a number of its own"),
        ([1.0, 0, 0, 0, 0, 0, 1.0], "another language"),
    ],
)
def test_what_does_not_belong_is_not_added(scores: list[float], reason: str) -> None:
    assert missing(scores) == [], reason


def test_where_nothing_is_there_nothing_is_missing() -> None:
    nothing = Evidence((), np.zeros((0, 2), np.float32))

    assert missing_sentences(TOLD, "en", np.zeros(0), nothing, Surroundings(nothing, np.zeros(0))) == []

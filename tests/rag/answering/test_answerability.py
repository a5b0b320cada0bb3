from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.answerability import Signals, answerability, signals
from rag.answering.evidence import Evidence
from tests.rag.answering.sources import CLAIM, evidence, sentence

cosines = st.floats(-1, 1)
shares = st.floats(0, 1)
margins = st.none() | st.floats(-30, 30)


@given(cosines, shares, st.booleans(), margins)
def test_it_is_a_probability(closeness: float, coverage: float, is_spread: bool, margin: float | None) -> None:
    assert 0 <= answerability(Signals(closeness, coverage, is_spread, margin)) <= 1


@given(cosines, cosines, shares, shares, margins)
def test_more_of_a_signal_never_makes_it_less_likely(
    less: float, more: float, little: float, much: float, margin: float | None
) -> None:
    less, more = sorted((less, more))
    little, much = sorted((little, much))

    assert answerability(Signals(less, little, False, margin)) <= answerability(Signals(more, much, False, margin))


def test_a_judge_that_is_surer_makes_it_likelier() -> None:
    likelihoods = [answerability(Signals(0.5, 0.5, False, margin)) for margin in (-2.0, 0.0, 2.0)]

    assert likelihoods == sorted(set(likelihoods))


@pytest.mark.parametrize(
    ("question", "is_spread"),
    [("Who leads Acme?", False), ("How did Acme grow?", True), ("甲和乙谁更高？", True), ("有几项？", True)],
)
def test_a_doubt_weighs_less_where_no_single_sentence_could_answer(question: str, is_spread: bool) -> None:
    found = signals(question, "en", {}, CLAIM, np.array([1.0]), evidence(("Acme.", 0.5)))

    assert found.is_spread is is_spread
    doubted = [answerability(Signals(0.5, 0.5, spread, -0.5)) for spread in (False, True)]
    assert doubted[0] < doubted[1]


def test_the_closest_sentence_and_the_words_of_the_best_three_count() -> None:
    found = evidence(("The warranty lasts.", 0.4), ("Parking.", 0.6), ("Lunch.", -0.2), ("Jukebox.", 0.1))
    shares = {"warranti": 0.5, "park": 0.2, "jukebox": 0.3}

    told = signals("?", "en", shares, CLAIM, np.array([3.0, 2.0, 1.0, 0.0]), found)

    assert told.closeness == pytest.approx(0.6)
    assert told.coverage == pytest.approx(0.7)
    assert told.margin is None


def test_words_of_the_headers_count() -> None:
    found = Evidence((sentence("It lasts long.", context="Warranty"),), np.array([[0.5, 0.0]], np.float32))

    assert signals("?", "en", {"warranti": 1.0}, CLAIM, np.array([1.0]), found).coverage == pytest.approx(1.0)


def test_without_sentences_nothing_is_likely() -> None:
    nothing = signals("?", "en", {"warranti": 1.0}, CLAIM, np.zeros(0), evidence())

    assert answerability(nothing.judged(9.0)) == 0


def test_sentences_in_another_language_are_not_held_to_the_words_of_the_question() -> None:
    found = evidence(("保修期为两年。", 0.51), ("停车免费。", 0.1))

    told = signals("How long is the warranty?", "en", {"warranti": 1.0}, CLAIM, np.array([2.0, 1.0]), found)

    assert told.closeness == pytest.approx(0.6)
    assert 0 < told.coverage < 1

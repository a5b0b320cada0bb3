from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.answerability import Signals, answerability, could_be_answered, signals
from rag.answering.evidence import Evidence
from tests.rag.answering.sources import CLAIM, evidence, sentence

cosines = st.floats(-1, 1)
shares = st.floats(0, 1)
margins = st.none() | st.floats(-30, 30)


@given(cosines, shares, margins)
def test_it_is_a_probability(closeness: float, coverage: float, margin: float | None) -> None:
    assert 0 <= answerability(Signals(closeness, coverage, margin)) <= 1


@given(cosines, cosines, shares, shares, margins)
def test_more_of_a_signal_never_makes_it_less_likely(
    less: float, more: float, little: float, much: float, margin: float | None
) -> None:
    less, more = sorted((less, more))
    little, much = sorted((little, much))

    assert answerability(Signals(less, little, margin)) <= answerability(Signals(more, much, margin))


def test_a_judge_that_is_surer_makes_it_likelier() -> None:
    likelihoods = [answerability(Signals(0.5, 0.5, margin)) for margin in (-2.0, 0.0, 2.0)]

    assert likelihoods == sorted(set(likelihoods))


@given(cosines, shares, st.floats(-30, 30), shares)
def test_what_no_verdict_would_lift_is_lifted_by_none(
    closeness: float, coverage: float, margin: float, threshold: float
) -> None:
    found = Signals(closeness, coverage)

    if not could_be_answered(found, threshold):
        assert answerability(found.judged(margin)) < threshold


def test_the_closest_sentence_and_the_words_of_the_best_three_count() -> None:
    found = evidence(("The warranty lasts.", 0.4), ("Parking.", 0.6), ("Lunch.", -0.2), ("Jukebox.", 0.1))
    shares = {"warranti": 0.5, "park": 0.2, "jukebox": 0.3}

    told = signals(shares, CLAIM, np.array([3.0, 2.0, 1.0, 0.0]), found)

    assert told.closeness == pytest.approx(0.6)
    assert told.coverage == pytest.approx(0.7)
    assert told.margin is None


def test_words_of_the_headers_count() -> None:
    found = Evidence((sentence("It lasts long.", context="Warranty"),), np.array([[0.5, 0.0]], np.float32))

    assert signals({"warranti": 1.0}, CLAIM, np.array([1.0]), found).coverage == pytest.approx(1.0)


def test_without_sentences_nothing_is_likely() -> None:
    nothing = signals({"warranti": 1.0}, CLAIM, np.zeros(0), evidence())

    assert not could_be_answered(nothing, 0.9)

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


def test_the_closest_sentence_and_the_words_of_the_best_count() -> None:
    found = evidence(("The warranty lasts 24 months.", 0.4), ("Parking is free.", 0.6), ("Lunch is late.", -0.2))
    passages = [one.source for one in found.sentences]

    told = signals("How long does the warranty of parking jukebox last?", CLAIM, found, passages)

    # warranty, last, park: one passage of three each. jukebox: none. long: none.
    rare, nowhere = np.log(4 / 1.5), np.log(4 / 0.5)
    assert told.closeness == pytest.approx(0.6)
    assert told.coverage == pytest.approx(3 * rare / (3 * rare + 2 * nowhere))
    assert told.margin is None


def test_words_of_the_headers_count() -> None:
    found = Evidence((sentence("It lasts long.", context="Warranty"),), np.array([[0.5, 0.0]], np.float32))

    assert signals("warranty", CLAIM, found, [found.sentences[0].source]).coverage == pytest.approx(1.0)


def test_without_sentences_nothing_is_likely() -> None:
    assert could_be_answered(signals("warranty?", CLAIM, evidence(), []), 0.9) is False

"""Intervals and significance: worked cases, and what must hold for any values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.intervals import estimate
from rag.evaluation.significance import two_sided_p, worse_p

VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40)


@given(VALUES)
def test_a_mean_lies_in_its_interval(values: list[float]) -> None:
    found = estimate(values, rounds=200)

    assert found.low <= found.mean + 1e-9
    assert found.mean <= found.high + 1e-9
    assert found.questions == len(values)
    assert found == estimate(values, rounds=200)


def test_an_interval_is_as_wide_as_theory_says() -> None:
    found = estimate([0.0, 1.0] * 200)

    assert found.mean == 0.5
    # 1.96 standard errors of a share of one half among 400
    assert found.half_width == pytest.approx(1.96 * 0.5 / math.sqrt(400), rel=0.1)


def test_equal_values_leave_no_doubt() -> None:
    assert estimate([0.25] * 7) == (0.25, 0.25, 0.25, 7)


def test_a_difference_on_every_question_is_as_rare_as_its_signs() -> None:
    # eight questions, all of them better: two of 256 orders of signs are as far from 0, one of them as high
    assert two_sided_p([1.0] * 8) == pytest.approx(2 / 256, abs=0.004)
    assert worse_p([-1.0] * 8) == pytest.approx(1 / 256, abs=0.003)
    assert worse_p([1.0] * 8) == 1.0


def test_questions_without_a_difference_say_nothing() -> None:
    assert two_sided_p([1.0] * 8 + [0.0] * 500) == pytest.approx(2 / 256, abs=0.004)
    assert two_sided_p([0.0] * 10) == two_sided_p([]) == worse_p([0.0] * 10) == 1.0


def test_a_margin_forgives_a_small_loss() -> None:
    losses = [-0.02] * 40

    assert worse_p(losses) < 0.001
    assert worse_p(losses, margin=0.05) > 0.9
    assert worse_p([-0.2] * 40, margin=0.05) < 0.001


@given(VALUES)
def test_both_ways_are_the_same_two_sided(values: list[float]) -> None:
    differences = [value - 0.5 for value in values]

    assert two_sided_p(differences) == pytest.approx(two_sided_p([-value for value in differences]), abs=0.03)
    assert 0 < two_sided_p(differences) <= 1

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LabelsTooFew
from rag.evaluation.thresholds import (
    Scored,
    choose,
    cross_validated,
    lowest,
    point_at,
    scored_questions,
    separation,
)
from tests.rag.evaluation.rows import QUESTION

SCORES = st.floats(-0.2, 1.0)
LABELLED = st.lists(st.builds(Scored, SCORES, st.booleans(), st.sampled_from([False, False, True])), min_size=1)


def labelled(told: list[float], untold: list[float]) -> list[Scored]:
    return [*(Scored(score, True, False) for score in told), *(Scored(score, False, False) for score in untold)]


def test_the_threshold_refuses_most_within_what_is_allowed() -> None:
    questions = labelled([0.25, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3, 0.55])

    none, one = choose(questions, 0.0), choose(questions, 0.25)

    # below every answerable question stand two of the unanswerable ones; giving one up wins a third
    assert (none.threshold, none.recall, none.over_refusal, none.precision) == (pytest.approx(0.225), 0.5, 0.0, 1.0)
    assert (one.threshold, one.recall, one.over_refusal, one.precision) == (pytest.approx(0.35), 0.75, 0.25, 0.75)


def test_what_the_model_declines_is_refused_at_any_threshold() -> None:
    questions = [Scored(0.9, False, True), Scored(0.9, True, True), *labelled([0.5], [0.1])]

    point = point_at(questions, 0.0)

    assert (point.recall, point.over_refusal, point.precision) == (0.5, 0.5, 0.5)


def test_what_was_refused_early_bounds_what_can_be_judged() -> None:
    questions = [Scored(0.15, True, None), *labelled([0.5, 0.6], [0.1, 0.3])]
    floor = lowest(questions)

    chosen = choose(questions, 0.0, floor)

    assert 0.15 < floor < 0.1501
    assert chosen.threshold == floor  # nothing lower can be judged, and this refuses the early one
    assert lowest(labelled([0.5], [0.1])) == 0.0


@given(LABELLED, st.floats(0, 1))
def test_a_chosen_point_keeps_its_promise(questions: list[Scored], allowed: float) -> None:
    chosen = choose(questions, allowed)

    assert 0 <= chosen.threshold <= 1
    assert chosen == point_at(questions, chosen.threshold)
    assert chosen.over_refusal <= max(allowed, point_at(questions, 0.0).over_refusal)


@given(LABELLED)
def test_a_higher_threshold_refuses_no_less(questions: list[Scored]) -> None:
    low, high = point_at(questions, 0.2), point_at(questions, 0.6)

    assert low.recall <= high.recall
    assert low.over_refusal <= high.over_refusal


def test_held_out_figures_are_those_of_clear_cases_and_worse_than_fitted_ones_of_unclear_ones() -> None:
    clear = labelled([0.6 + i / 100 for i in range(20)], [0.1 + i / 100 for i in range(20)])
    noise = [(i * 37 % 100) / 100 for i in range(60)]
    unclear = labelled(noise[:30], noise[30:])

    certain, luck = cross_validated(clear, 0.0), cross_validated(unclear, 0.05)

    assert (certain.recall.mean, certain.over_refusal.mean, certain.precision) == (1.0, 0.0, 1.0)
    assert luck.over_refusal.mean > 0
    assert luck.precision < choose(unclear, 0.05).precision
    assert luck == cross_validated(unclear, 0.05)


def test_separation_is_the_share_of_pairs_in_order() -> None:
    assert separation(labelled([0.3, 0.2], [0.2, 0.1])) == pytest.approx(3.5 / 4)


def test_scores_and_refusals_are_read_from_rows() -> None:
    def row(reason: str | None, score: float | None = 0.5) -> dict[str, Any]:
        return {"id": "q1", "evidence_score": score, "refused": reason is not None, "refusal": reason}

    untold = replace(QUESTION, answerable=False)
    pairs = [(QUESTION, row(None))] * 8 + [(untold, row("model-declined"))] * 7 + [(untold, row("no-evidence", 0.1))]

    found = scored_questions([*pairs, (untold, row("no-documents", None))])

    assert found[0] == Scored(0.5, True, False)
    assert found[8] == Scored(0.5, False, True)
    assert found[15] == Scored(0.1, False, None)
    assert len(found) == 16
    with pytest.raises(LabelsTooFew, match="7 unanswerable"):
        scored_questions(pairs[:-1])

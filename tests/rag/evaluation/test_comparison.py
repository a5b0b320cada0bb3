from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evaluation.comparison import compare, gains
from rag.evaluation.measures import Measured
from tests.rag.evaluation.rows import QUESTION


def system(**values: list[float]) -> list[Measured]:
    """Questions 0, 1, …, the even ones Chinese, with the values of each measure in this order."""
    count = len(next(iter(values.values())))
    return [
        Measured(
            replace(QUESTION, id=str(i), language="en" if i % 2 else "zh"),
            {"id": str(i)},
            {name: found[i] for name, found in values.items()},
        )
        for i in range(count)
    ]


def test_a_change_is_told_with_the_questions_that_turned() -> None:
    changes = compare(system(m=[0.0, 1.0, 0.5, 0.0]), system(m=[1.0, 0.5, 0.5, 0.25]))

    change = changes["m"]
    assert (change.first, change.second) == (0.375, 0.5625)
    assert change.difference.mean == pytest.approx(0.1875)
    assert [flip.question for flip in change.better] == ["0", "3"]  # most first
    assert [(flip.question, flip.before, flip.after) for flip in change.worse] == [("1", 1.0, 0.5)]
    assert not change.is_significant


def test_less_is_better_for_some_measures() -> None:
    change = compare(system(over_refusal=[0.0] * 9), system(over_refusal=[1.0] * 9))["over_refusal"]

    assert change.is_significant
    assert not change.is_gain
    assert change.worse_p < 0.05
    assert (len(change.better), len(change.worse)) == (0, 9)


def test_a_group_is_compared_by_itself() -> None:
    before, after = system(m=[0.0] * 20), system(m=[1.0 if i % 2 else 0.0 for i in range(20)])

    assert compare(before, after, group="zh")["m"].difference.mean == 0
    assert compare(before, after, group="en")["m"].difference.mean == 1
    assert compare(before, after, group="fr") == {}


def test_only_what_both_have_is_compared() -> None:
    before, after = system(m=[0.0, 0.0, 0.0], n=[1.0, 1.0, 1.0]), system(m=[1.0, 1.0])

    changes = compare(before, after)

    assert list(changes) == ["m"]
    assert changes["m"].difference.questions == 2


def test_significant_gains_stand_first_and_losses_last() -> None:
    before = system(lost=[1.0] * 12, same=[0.5] * 12, won=[0.0] * 12)
    after = system(lost=[0.0] * 12, same=[0.5] * 12, won=[1.0] * 12)

    assert [change.measure for change in gains(compare(before, after))] == ["won", "lost", "same"]

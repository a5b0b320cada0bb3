from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.pace import HEADROOM, PROBE, TRUST_S, Pace


def test_a_few_texts_measure_the_rate_first() -> None:
    assert Pace().affordable([100] * 40, 2.0) == PROBE
    assert Pace().affordable([100] * 2, 2.0) == 2
    assert Pace().affordable([100] * 40, 0.0) == 0


def test_as_many_texts_as_fit_into_the_time() -> None:
    pace = Pace()
    pace.observe(1000, 1.0)

    # 1,000 tokens a second, of which 0.7 are planned for: two seconds take 1,400 tokens
    assert pace.affordable([100] * 40, 2.0) == 14
    assert pace.affordable([1000, 300, 200, 1], 2.0) == 2
    assert pace.affordable([2000], 2.0) == 0
    assert HEADROOM == 0.7


def test_the_rate_follows_what_is_measured() -> None:
    pace = Pace()
    pace.observe(1000, 1.0)
    pace.observe(1000, 0.5)  # 1,000 + 0.4 × (2,000 − 1,000)

    assert pace.affordable([9] * 1000, 1.0) == 108  # 1,400 tokens a second: 980 of them
    for _ in range(20):
        pace.observe(1000, 10.0)
    assert pace.affordable([9] * 1000, 1.0) == 7  # 100 tokens a second


def test_a_rate_that_forbids_everything_is_tried_again_after_a_while() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.observe(100, 1000.0)  # it hung once

    assert pace.affordable([100] * 5, 1.0) == 0
    now[0] = TRUST_S + 1
    assert pace.affordable([100] * 5, 1.0) == 1
    for _ in range(10):
        pace.observe(100, 0.01)
    assert pace.affordable([100] * 5, 1.0) == 5


@given(
    costs=st.lists(st.integers(1, 500), max_size=60),
    rate=st.floats(1, 1e5),
    seconds=st.floats(0, 10),
)
def test_what_is_planned_fits_and_one_more_would_not(costs: list[int], rate: float, seconds: float) -> None:
    pace = Pace()
    pace.observe(rate, 1.0)

    depth = pace.affordable(costs, seconds)

    room = rate * seconds * HEADROOM
    assert sum(costs[:depth]) <= room + 1e-6
    assert depth == len(costs) or sum(costs[: depth + 1]) > room - 1e-6

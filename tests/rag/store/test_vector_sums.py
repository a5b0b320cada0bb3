from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.store.vector_sums import VectorSum

vectors = arrays(np.float64, (3,), elements=st.floats(-1, 1))


def test_the_mean() -> None:
    total = VectorSum(2, np.array([1.0, 3.0])) + VectorSum(2, np.array([1.0, 1.0]))

    assert total.mean().tolist() == [0.5, 1.0]


def test_a_sum_of_nothing_has_no_mean_and_adds_to_any() -> None:
    some = VectorSum(1, np.array([1.0]))

    assert VectorSum.empty().mean().tolist() == []
    assert VectorSum.empty() + some is some
    assert some + VectorSum.empty() is some
    assert some - VectorSum.empty() is some


def test_taking_everything_away_leaves_no_rounding_behind() -> None:
    left = VectorSum(2, np.array([0.1 + 0.2])) - VectorSum(2, np.array([0.3]))

    assert (left.count, left.sum.tolist()) == (0, [])


def test_more_than_there_is_cannot_be_taken_away() -> None:
    with pytest.raises(ValueError, match="cannot take 2"):
        VectorSum(1, np.array([1.0])) - VectorSum(2, np.array([1.0]))


def test_sums_of_different_dimensions_do_not_mix() -> None:
    for mix in (VectorSum.__add__, VectorSum.__sub__):
        with pytest.raises(ValueError, match="do not go together"):
            mix(VectorSum(2, np.array([1.0, 2.0])), VectorSum(1, np.array([1.0])))


@given(kept=st.lists(vectors, min_size=1, max_size=20), passing=st.lists(vectors, min_size=1, max_size=20))
def test_what_was_added_and_taken_away_leaves_the_rest(kept: list[np.ndarray], passing: list[np.ndarray]) -> None:
    rest = VectorSum(len(kept), np.sum(kept, axis=0))
    guest = VectorSum(len(passing), np.sum(passing, axis=0))

    left = (rest + guest) - guest

    assert left.count == len(kept)
    np.testing.assert_allclose(left.sum, rest.sum, atol=1e-12)


@given(vector=vectors, count=st.integers(0, 2**40))
def test_bytes_come_back_exactly(vector: np.ndarray, count: int) -> None:
    again = VectorSum.from_bytes(count, VectorSum(count, vector).to_bytes())

    assert again.count == count
    assert again.sum.tobytes() == vector.tobytes()

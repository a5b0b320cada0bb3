from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.models.vectors import length_batches, unit_rows


def test_rows_get_length_one_and_zeros_stay() -> None:
    assert unit_rows([[3.0, 4.0], [0.0, 0.0]]).tolist() == np.array([[0.6, 0.8], [0, 0]], np.float32).tolist()


def test_batches_go_by_length_with_padding_counted() -> None:
    # Longest first: 50 alone, for with 40 it would pad to 100 > 90; then 40 + 40, then the short ones.
    assert list(length_batches([10, 40, 5, 50, 38], 90)) == [[3], [1, 4], [0, 2]]


@given(st.lists(st.integers(0, 600)), st.integers(1, 2000), st.integers(1, 40))
def test_every_text_is_in_one_batch_that_fits(lengths: list[int], batch_tokens: int, most: int) -> None:
    batches = list(length_batches(lengths, batch_tokens, most))

    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= most
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= batch_tokens

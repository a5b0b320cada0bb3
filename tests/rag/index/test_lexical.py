from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index.lexical import AVERAGE_TERMS, encode_passage, encode_query, term_id


def test_ids_are_the_same_in_every_process_and_release() -> None:
    """As `printf leave | b2sum -l 32` says, lowest byte first. A stored index holds these numbers."""
    assert term_id("leave") == 167927192
    assert term_id("年假") == 2987413632


def test_a_passage_of_average_length_has_the_plain_saturation() -> None:
    """tf (k1 + 1) / (tf + k1) with k1 = 1.2: 1 for one occurrence, 2 × 2.2 / 3.2 = 1.375 for two."""
    terms = ["twice", "twice", *(f"t{number}" for number in range(AVERAGE_TERMS - 2))]
    encoded = encode_passage(terms)
    weights = dict(zip(encoded.ids, encoded.weights, strict=True))
    assert weights[term_id("t0")] == pytest.approx(1.0)
    assert weights[term_id("twice")] == pytest.approx(1.375)


def test_a_shorter_passage_weighs_its_terms_more() -> None:
    """One term of 160: norm = 1.2 × (0.25 + 0.75 / 160) = 0.305625, weight 2.2 / 1.305625."""
    assert encode_passage(["one"]).weights == pytest.approx((2.2 / 1.305625,))


def test_a_query_counts_each_term_once() -> None:
    assert encode_query(["a", "b", "a"]).weights == (1.0, 1.0)


def test_no_terms_make_no_entries() -> None:
    assert encode_passage([]).ids == encode_query([]).ids == ()


@given(st.lists(st.text(max_size=4), max_size=40))
def test_ids_are_distinct_ascending_32_bit_and_shared_by_passage_and_query(terms: list[str]) -> None:
    passage, query = encode_passage(terms), encode_query(terms)
    assert passage.ids == query.ids == tuple(sorted(set(passage.ids)))
    assert all(0 <= number < 2**32 for number in passage.ids)
    assert len(passage.weights) == len(passage.ids)
    assert all(0 < weight < 2.2 for weight in passage.weights)

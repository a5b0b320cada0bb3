from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Passage, Span
from rag.retrieval.fusion import Candidate, chance_rank, fuse, lexical_surplus


def passage(name: str) -> Passage:
    return Passage(name, "d", "v", "default", Span(0, 1), "", "en")


A, B, C = passage("a"), passage("b"), passage("c")


@pytest.mark.parametrize(("passages", "rank"), [(0, 20), (399, 20), (441, 21), (10_000, 100), (1_000_000, 1000)])
def test_chance_matches_grow_with_the_square_root_of_the_corpus(passages: int, rank: int) -> None:
    assert chance_rank(passages) == rank


def test_a_lexical_score_counts_beyond_what_chance_gives() -> None:
    # one term of a corpus of 15: the most it can weigh is log(1 + 15 / 1.5) = log 11
    found = lexical_surplus([math.log(11), 1.5, 1.0, 0.5], rank=3, terms=1, corpus=15)

    assert found == pytest.approx([1 - 1 / math.log(11), 0.5 / math.log(11), 0, 0])


def test_fewer_hits_than_chance_gives_all_stand_out() -> None:
    assert lexical_surplus([math.log(11), 0.0], rank=20, terms=2, corpus=15) == [0.5, 0.0]


def test_two_terms_can_give_twice_as_much_as_one() -> None:
    (one,) = lexical_surplus([1.0], rank=20, terms=1, corpus=100)
    (two,) = lexical_surplus([1.0], rank=20, terms=2, corpus=100)

    assert one == 2 * two


def test_no_hits_and_an_empty_corpus_give_nothing() -> None:
    assert lexical_surplus([], rank=20, terms=0, corpus=0) == []
    assert lexical_surplus([0.0], rank=20, terms=0, corpus=0) == [0.0]


falling = st.lists(st.floats(0, 1000), max_size=30).map(lambda scores: sorted(scores, reverse=True))


@given(falling, st.integers(1, 30), st.integers(0, 40), st.integers(0, 10**7))
def test_a_surplus_is_a_share_that_keeps_the_order(scores: list[float], rank: int, terms: int, corpus: int) -> None:
    found = lexical_surplus(scores, rank, terms, corpus)

    assert all(0 <= share <= 1 for share in found)
    assert found == sorted(found, reverse=True)
    assert all(share == 0 for share in found[rank - 1 :])


def test_a_word_match_lifts_a_passage_over_a_closer_one() -> None:
    found = fuse({"a": 0.5, "b": 0.4, "c": 0.1}, {"b": 0.2}, [A, B, C])

    assert found == [Candidate(B, 0.4, 0.2), Candidate(A, 0.5, 0.0), Candidate(C, 0.1, 0.0)]
    assert found[0].score == pytest.approx(0.6)


def test_a_passage_that_several_legs_found_comes_once() -> None:
    assert [candidate.passage for candidate in fuse({"a": 0.5}, {"a": 0.5}, [A, A, replace(A)])] == [A]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.1, 0.2, 0.3]), min_size=1),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.0, 0.1, 0.2])),
    st.randoms(use_true_random=False),
)
def test_the_order_does_not_depend_on_the_order_of_the_legs(
    dense: dict[str, float], lexical: dict[str, float], random: object
) -> None:
    passages = [passage(name) for name in dense]
    shuffled = list(passages)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    found = fuse(dense, lexical, passages)

    assert found == fuse(dense, lexical, shuffled)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Language, Passage, Span
from rag.retrieval.fusion import Candidate, best_first, chance_rank, lexical_surplus, with_loans


def passage(name: str, language: Language = "en") -> Passage:
    return Passage(name, "d", "v", "default", Span(0, 1), "", language)


A, B, C, ZH = passage("a"), passage("b"), passage("c"), passage("zh", "zh")


@pytest.mark.parametrize(("passages", "rank"), [(0, 20), (399, 20), (441, 21), (10_000, 100), (1_000_000, 1000)])
def test_chance_matches_grow_with_the_square_root_of_the_corpus(passages: int, rank: int) -> None:
    assert chance_rank(passages) == rank


def test_a_lexical_score_counts_beyond_what_chance_gives() -> None:
    # one term of a corpus of 15: the most it can weigh is log(1 + 15 / 1.5) = log 11
    found = lexical_surplus([math.log(11), 1.5, 1.0, 0.5], by_chance=1.0, terms=1, corpus=15)

    assert found == pytest.approx([1 - 1 / math.log(11), 0.5 / math.log(11), 0, 0])


def test_without_chance_all_of_a_score_stands_out() -> None:
    assert lexical_surplus([math.log(11), 0.0], by_chance=0.0, terms=2, corpus=15) == [0.5, 0.0]


def test_two_terms_can_give_twice_as_much_as_one() -> None:
    (one,) = lexical_surplus([1.0], by_chance=0.0, terms=1, corpus=100)
    (two,) = lexical_surplus([1.0], by_chance=0.0, terms=2, corpus=100)

    assert one == 2 * two


def test_no_hits_and_an_empty_corpus_give_nothing() -> None:
    assert lexical_surplus([], by_chance=0.0, terms=0, corpus=0) == []
    assert lexical_surplus([0.0], by_chance=0.0, terms=0, corpus=0) == [0.0]


falling = st.lists(st.floats(0, 1000), max_size=30).map(lambda scores: sorted(scores, reverse=True))


@given(falling, st.floats(0, 1000), st.integers(0, 40), st.integers(0, 10**7))
def test_a_surplus_is_a_share_that_keeps_the_order(
    scores: list[float], by_chance: float, terms: int, corpus: int
) -> None:
    found = lexical_surplus(scores, by_chance, terms, corpus)

    assert all(0 <= share <= 1 for share in found)
    assert found == sorted(found, reverse=True)
    assert all(share == 0 for share, score in zip(found, scores, strict=True) if score <= by_chance)


def test_a_word_match_lifts_a_passage_over_a_closer_one() -> None:
    found = best_first([Candidate(A, 0.5, 0.0), Candidate(B, 0.4, 0.2), Candidate(C, 0.1, 0.0)])

    assert [candidate.passage for candidate in found] == [B, A, C]
    assert found[0].score == pytest.approx(0.6)


def test_within_one_language_nothing_is_lent() -> None:
    candidates = [Candidate(A, 0.5, 0.3), Candidate(B, 0.5, 0.0)]

    assert with_loans(candidates) == candidates


@pytest.mark.parametrize(("behind", "share"), [(-0.2, 1), (0.0, 1), (0.05, 1), (0.1, 0.5), (0.15, 0), (0.4, 0)])
def test_a_passage_as_close_in_another_language_is_lent_the_lexical_evidence(behind: float, share: float) -> None:
    own, other = Candidate(A, 0.5, 0.3), Candidate(ZH, 0.5 - behind, 0.0)

    lent = {candidate.passage.id: candidate.lent for candidate in with_loans([own, other])}

    assert lent == {"a": 0.0, "zh": pytest.approx(0.3 * share)}


def test_own_evidence_counts_where_it_is_more_than_what_is_lent() -> None:
    assert Candidate(A, 0.5, 0.2, lent=0.3).score == pytest.approx(0.8)
    assert Candidate(A, 0.5, 0.4, lent=0.3).score == pytest.approx(0.9)


def test_why_names_the_legs_and_what_else_counts() -> None:
    assert Candidate(A, 0.5, 0.0).why == {"dense": 0.5, "lexical": 0.0}
    found = Candidate(A, 0.5, 0.1, lent=0.2, drawn=0.05, as_twin=0.4, lifted=0.01).why
    assert found == {"dense": 0.5, "lexical": 0.1, "lent": 0.2, "neighbour": 0.05, "twin": 0.4, "document": 0.01}


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([0.0, 0.1, 0.2])), max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_does_not_depend_on_the_order_of_the_legs(scores: list[tuple[float, float]], random: Random) -> None:
    candidates = [Candidate(passage(str(n)), *score) for n, score in enumerate(scores)]
    shuffled = list(candidates)
    random.shuffle(shuffled)

    found = best_first(candidates)

    assert found == best_first(shuffled)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.deep.merging import merged
from rag.documents import ScoredPassage
from rag.retrieval.centres import Centres
from rag.retrieval.retriever import Retrieval
from tests.rag.answering.sources import source


def found(question: str, *passages: ScoredPassage) -> Retrieval:
    return Retrieval(question, "en", passages, np.zeros(2), Centres({}, {}), len(passages), 0.1)


def passage(name: str, score: float) -> ScoredPassage:
    return replace(source(f"text of {name}", name=name), score=score)


def told(retrieval: Retrieval) -> list[tuple[str, float, int]]:
    return [(one.passage.id, round(one.score, 6), one.rank) for one in retrieval.passages]


def test_the_best_for_a_part_is_as_good_as_the_best_for_the_question() -> None:
    whole = found("a b", passage("1", 0.5), passage("2", 0.25))
    easy = found("a", passage("3", 2.0), passage("2", 1.875))
    hard = found("b", passage("4", 0.125), passage("1", 0.0))

    both = merged(whole, [easy, hard])

    assert told(both) == [("1", 0.5, 1), ("3", 0.5, 2), ("4", 0.5, 3), ("2", 0.375, 4)]
    assert (both.question, both.seconds) == ("a b", 0.1)


def test_without_parts_nothing_changes() -> None:
    whole = found("a", replace(passage("1", 0.5), rank=1), replace(passage("2", 0.25), rank=2))

    assert merged(whole, []) == whole
    assert merged(whole, [found("nothing")]) == whole


LISTS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.floats(-2, 2), max_size=5), min_size=1, max_size=4)


@given(LISTS)
def test_nothing_is_lost_or_doubled_and_the_ranks_are_those_of_the_scores(lists: list[dict[str, float]]) -> None:
    whole, *parts = [found("q", *(passage(name, score) for name, score in one.items())) for one in lists]

    both = merged(whole, parts).passages

    assert sorted(one.passage.id for one in both) == sorted(set().union(*lists))
    assert [one.rank for one in both] == list(range(1, len(both) + 1))
    assert [one.score for one in both] == sorted((one.score for one in both), reverse=True)

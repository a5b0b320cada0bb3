from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents import ScoredPassage
from rag.retrieval.coverage import WORDS_WEIGHT, covering
from rag.retrieval.question_words import REPEATED, Coverage
from tests.rag.answering.sources import source

QUESTION = "Compare the profit of Acme and of Zenith."


def scored(text: str, score: float) -> ScoredPassage:
    return replace(source(text, name=text), score=score)


def names(passages: tuple[ScoredPassage, ...]) -> list[str]:
    return [passage.text for passage in passages]


def test_words_that_nothing_before_holds_go_before_more_of_the_same() -> None:
    found = [scored("Acme, profit 3", 0.60), scored("Acme, profit 2", 0.55), scored("Zenith rose", 0.50)]

    ordered = covering(QUESTION, found)

    assert names(ordered) == ["Acme, profit 3", "Zenith rose", "Acme, profit 2"]
    assert [passage.rank for passage in ordered] == [1, 2, 3]
    assert [passage.score for passage in ordered] == [0.60, 0.50, 0.55]


def test_words_count_for_less_than_a_clear_lead_in_score() -> None:
    found = [scored("Acme, profit 3", 0.90), scored("Acme, profit 2", 0.80), scored("Zenith rose", 0.50)]

    assert names(covering(QUESTION, found)) == [passage.text for passage in found]


def test_a_language_keeps_its_places() -> None:
    found = [
        scored("Acme", 0.6),
        scored("两家公司的利润相近", 0.59),
        scored("Acme again", 0.58),
        scored("Zenith", 0.57),
    ]

    assert names(covering(QUESTION, found)) == ["Acme", "两家公司的利润相近", "Zenith", "Acme again"]


def test_why_says_what_words_added_and_is_silent_where_they_did_not() -> None:
    told, silent = covering("Zenith?", [scored("Zenith", 0.6), scored("Rents", 0.5)])

    assert told.why == {"words": pytest.approx(WORDS_WEIGHT)}
    assert silent.why == {}


def test_a_word_that_is_covered_is_worth_less_each_time() -> None:
    coverage = Coverage([frozenset({"acm"}), frozenset({"acm"}), frozenset({"acm"})])

    gains = []
    for n in range(3):
        gains.append(coverage.gain(n))
        coverage.take(n)

    assert gains == pytest.approx([1, REPEATED, REPEATED**2])


@settings(deadline=None)  # the first one loads a dictionary
@given(st.lists(st.sampled_from(["Acme rose", "Zenith fell", "利润上升", "Rents went up"]), max_size=8))
def test_every_passage_is_shown_once(lines: list[str]) -> None:
    found = [scored(f"{text} {n}", 1 - n / 10) for n, text in enumerate(lines)]

    ordered = covering(QUESTION, found)

    assert sorted(names(ordered)) == sorted(passage.text for passage in found)
    assert [p.passage.language for p in ordered] == [p.passage.language for p in found]

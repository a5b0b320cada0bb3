from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.retrieval.question_words import rarities, word_shares, words_held
from tests.rag.answering.sources import source

PASSAGES = [source("The warranty lasts.", context="Handbook"), source("The warranty of parking.", context="Handbook")]


def test_words_are_looked_for_in_passages_and_their_headers() -> None:
    assert words_held("warranty handbook parking jukebox", PASSAGES) == [
        {"warranti", "handbook"},
        {"warranti", "handbook", "park"},
    ]


def test_a_word_that_fewer_passages_hold_tells_more() -> None:
    words = frozenset({"warranti", "park", "jukebox"})

    found = rarities(words, words_held("warranty parking jukebox", PASSAGES))

    assert found == pytest.approx({"warranti": math.log(3 / 2.5), "park": math.log(3 / 1.5), "jukebox": math.log(6)})


@settings(deadline=None)  # the first one loads a dictionary
@given(st.lists(st.sampled_from(["warranty", "parking", "jukebox", "handbook"]), min_size=1))
def test_shares_sum_to_one(words: list[str]) -> None:
    assert sum(word_shares(" ".join(words), PASSAGES).values()) == pytest.approx(1.0)


def test_without_words_there_are_no_shares() -> None:
    assert word_shares("?", PASSAGES) == {}
    assert word_shares("warranty", []) == {"warranti": 1.0}

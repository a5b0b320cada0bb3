"""The planted contradictions: what the generator makes of a case, and how the rule does on them without an embedder."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.conflicts import figures, without_embedder
from benchmarks.planted_conflicts import Pair, read_pairs


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return read_pairs()


def test_each_case_gives_three_pairs_in_four_directions(pairs: list[Pair]) -> None:
    counts = Counter((pair.direction, pair.relation) for pair in pairs)

    assert len(set(counts.values())) == 1
    assert len(counts) == 12
    assert min(counts.values()) >= 20
    assert Counter(pair.held_out for pair in pairs)[True] == len(pairs) // 2


def test_no_choice_is_left_in_a_statement(pairs: list[Pair]) -> None:
    assert [pair for pair in pairs for side in (pair.one, pair.other) if set(side.text) & set("{|}")] == []


def test_within_a_language_most_contradictions_are_seen_and_hardly_anything_else(pairs: list[Pair]) -> None:
    rows = [row for row in without_embedder(pairs) if row.pair.one.language == row.pair.other.language]

    found, false = list(figures(rows))[:2]

    assert found.value >= 85
    assert false.value <= 3

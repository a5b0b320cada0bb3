from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rag.answering.packing import Packed, as_source, pack
from rag.documents import ScoredPassage
from tests.rag.answering.sources import source


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def passages(*lengths: int) -> list[ScoredPassage]:
    """Passages whose prompt text has so many words, the header `Handbook` being one of them."""
    return [source("word " * (length - 1), name=f"p{n}") for n, length in enumerate(lengths)]


def test_passages_go_in_by_rank_while_they_fit() -> None:
    found = passages(4, 3, 3)

    assert pack(found, 10, words) == Packed(tuple(found), 10, 0)
    assert pack(found, 9, words) == Packed((found[0], found[1]), 7, 1)


def test_a_passage_that_does_not_fit_makes_way_for_shorter_ones() -> None:
    found = passages(4, 9, 3)

    assert pack(found, 8, words) == Packed((found[0], found[2]), 7, 1)


def test_the_best_passage_goes_in_however_long() -> None:
    found = passages(40, 3)

    assert pack(found, 10, words) == Packed((found[0],), 40, 1)


def test_nothing_is_packed_of_nothing() -> None:
    assert pack([], 10, words) == Packed((), 0, 0)


def test_a_source_is_shown_under_its_header_or_else_its_title() -> None:
    assert as_source(source("Ten days.", context="Handbook › Leave")) == "Handbook › Leave\nTen days."
    assert as_source(source("Ten days.")) == "Handbook\nTen days."


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 60))
def test_the_budget_is_kept_beyond_the_first(lengths: list[int], budget: int) -> None:
    found = passages(*lengths)

    packed = pack(found, budget, words)

    assert packed.tokens == sum(words([as_source(one) for one in packed.sources]))
    assert packed.tokens <= budget or len(packed.sources) == 1
    assert len(packed.sources) + packed.left_out == len(found)
    assert list(packed.sources) == [one for one in found if one in packed.sources]
    assert packed.sources[:1] == tuple(found[:1])

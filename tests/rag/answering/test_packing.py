from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.packing import Packed, as_source, blocks, pack
from rag.documents import ScoredPassage
from tests.rag.answering.sources import source

QUESTION = "Compare the profit of Acme and of Zenith."


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def passages(*lengths: int) -> list[ScoredPassage]:
    """Passages of documents of their own; with its header, `Handbook`, each has so many words."""
    return [source("word " * (length - 1), name=f"p{n}", version=f"v{n}") for n, length in enumerate(lengths)]


def scored(text: str, score: float, *, version: str = "v1", start: int = 0) -> ScoredPassage:
    return replace(source(text, name=text, version=version, start=start), score=score)


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


def test_what_no_passage_told_yet_goes_before_more_of_the_same() -> None:
    acme, more, zenith = (
        scored("Acme made a profit of 3.", 0.60, version="a"),
        scored("Acme had a profit.", 0.55, version="b"),
        scored("Zenith made 4.", 0.45, version="c"),
    )

    assert pack([acme, more, zenith], 12, words, question=QUESTION).sources == (acme, zenith)


def test_an_account_is_read_on_where_scores_are_near() -> None:
    first, other, next_one = (
        scored("The office was moved.", 0.60),
        scored("Rents went up.", 0.45, version="v2"),
        scored("It cost 3.", 0.40, start=len("The office was moved. ")),
    )

    assert pack([first, other, next_one], 100, words, question="Where?").sources == (first, next_one, other)


def test_a_header_counts_once_for_what_stands_under_it() -> None:
    found = [scored("one two", 0.6), scored("three four", 0.5, start=50), scored("five", 0.4, version="v2")]

    packed = pack(found, 100, words)

    assert packed.tokens == (1 + 2 + 2) + (1 + 1)


def test_sources_under_one_header_are_shown_together_in_reading_order() -> None:
    later, elsewhere, earlier = (
        scored("Later.", 3, start=90),
        scored("Elsewhere.", 2, version="v2"),
        scored("First.", 1),
    )

    assert blocks([later, elsewhere, earlier]) == [(earlier, later), (elsewhere,)]
    assert as_source((earlier, later)) == "Handbook\nFirst.\nLater."


def test_a_source_is_shown_under_its_header_or_else_its_title() -> None:
    assert as_source([source("Ten days.", context="Handbook › Leave")]) == "Handbook › Leave\nTen days."
    assert as_source([source("Ten days.")]) == "Handbook\nTen days."


@settings(deadline=None)  # the first one loads a dictionary
@given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 60))
def test_the_budget_is_kept_beyond_the_first(lengths: list[int], budget: int) -> None:
    found = passages(*lengths)

    packed = pack(found, budget, words, question=QUESTION)

    assert packed.tokens == sum(words([as_source(block) for block in blocks(packed.sources)]))
    assert packed.tokens <= budget or len(packed.sources) == 1
    assert len(packed.sources) + packed.left_out == len(found)
    assert list(packed.sources) == [one for one in found if one in packed.sources]
    assert packed.sources[:1] == tuple(found[:1])

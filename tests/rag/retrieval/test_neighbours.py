from __future__ import annotations

import pytest

from rag.documents import Passage, Span
from rag.retrieval.fusion import Candidate
from rag.retrieval.neighbours import UNMOVED, drawn_to_neighbours


def candidate(start: int, end: int, dense: float, version: str = "v") -> Candidate:
    return Candidate(Passage(f"{version}{start}", "d", version, "c", Span(start, end), "", "en"), dense, 0.0)


FIRST = [candidate(1000 * n, 1000 * n + 10, 0.8, "other") for n in range(1, UNMOVED)]
"""With one more, the first few, which nothing moves."""


def drawn(*candidates: Candidate) -> dict[int, float]:
    """What each candidate of the version under test was drawn, by where it starts."""
    found = drawn_to_neighbours([*FIRST, *candidates])
    return {each.passage.span.start: round(each.drawn, 6) for each in found if each.passage.version_id == "v"}


def test_a_passage_is_drawn_half_way_up_to_its_closer_neighbour() -> None:
    found = drawn(candidate(0, 10, 0.3), candidate(12, 20, 0.1), candidate(22, 30, 0.5))

    assert found == {0: 0, 12: 0.2, 22: 0}


def test_the_first_few_stay_and_none_is_drawn_past_them() -> None:
    low = [candidate(1000 * n, 1000 * n + 10, 0.35, "other") for n in range(1, UNMOVED)]
    found = drawn_to_neighbours([candidate(0, 10, 0.9), candidate(12, 20, 0.3), *low])

    assert [each.passage.span.start for each in found] == [0, 1000, 2000, 3000, 4000, 12]
    assert [each.score for each in found] == pytest.approx([0.9, 0.35, 0.35, 0.35, 0.35, 0.35])


def test_the_order_of_the_candidates_does_not_matter() -> None:
    assert drawn(candidate(12, 20, 0.1), candidate(0, 10, 0.5)) == {0: 0, 12: 0.2}


@pytest.mark.parametrize("other", [candidate(30, 40, 0.5), candidate(12, 20, 0.5, version="w")])
def test_passages_further_on_or_of_another_document_are_no_neighbours(other: Candidate) -> None:
    assert drawn(candidate(0, 10, 0.1), other)[0] == 0


def test_none_and_one_stay_as_they_are() -> None:
    one = [candidate(0, 10, 0.1)]

    assert drawn_to_neighbours([]) == []
    assert drawn_to_neighbours(one) == one

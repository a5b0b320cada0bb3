from __future__ import annotations

import pytest

from rag.documents import Passage, Span
from rag.retrieval.fusion import Candidate
from rag.retrieval.neighbours import drawn_to_neighbours


def candidate(start: int, end: int, dense: float, version: str = "v") -> Candidate:
    return Candidate(Passage(f"{version}{start}", "d", version, "c", Span(start, end), "", "en"), dense, 0.0)


def drawn(*candidates: Candidate) -> list[float]:
    return [found.drawn for found in drawn_to_neighbours(candidates)]


def test_a_passage_is_drawn_half_way_up_to_its_closer_neighbour() -> None:
    before, here, after = candidate(0, 10, 0.3), candidate(12, 20, 0.1), candidate(22, 30, 0.5)

    assert drawn(before, here, after) == pytest.approx([0, 0.2, 0])


def test_the_order_of_the_candidates_does_not_matter() -> None:
    assert drawn(candidate(12, 20, 0.1), candidate(0, 10, 0.5)) == pytest.approx([0.2, 0])


@pytest.mark.parametrize("other", [candidate(30, 40, 0.5), candidate(12, 20, 0.5, version="w")])
def test_passages_further_on_or_of_another_document_are_no_neighbours(other: Candidate) -> None:
    assert drawn(candidate(0, 10, 0.1), other) == [0, 0]


def test_none_and_one_stay_as_they_are() -> None:
    assert drawn_to_neighbours([]) == []
    assert drawn(candidate(0, 10, 0.1)) == [0]

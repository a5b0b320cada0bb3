from __future__ import annotations

import pytest

from rag.documents import Passage, Span
from rag.retrieval.balance import CLOSE_BEHIND, balanced
from rag.retrieval.fusion import Candidate


def candidate(document: str, number: int, dense: float) -> Candidate:
    return Candidate(Passage(f"{document}{number}", document, "v", "c", Span(number, number + 1), "", "en"), dense, 0.0)


def lifts(*candidates: Candidate) -> list[float]:
    return [found.lifted for found in balanced(candidates)]


def test_the_second_document_is_lifted_right_behind_the_first() -> None:
    found = lifts(candidate("a", 1, 0.6), candidate("b", 1, 0.5), candidate("a", 2, 0.4), candidate("b", 2, 0.2))

    assert found == pytest.approx([0, 0.09, 0, 0.09])


def test_a_document_far_behind_stays_there() -> None:
    assert lifts(candidate("a", 1, 0.6), candidate("b", 1, 0.59 - CLOSE_BEHIND)) == [0, 0]


def test_a_third_document_is_not_lifted() -> None:
    assert lifts(candidate("a", 1, 0.6), candidate("b", 1, 0.58), candidate("c", 1, 0.57))[2] == 0


def test_none_and_one_document_stay_as_they_are() -> None:
    assert balanced([]) == []
    assert lifts(candidate("a", 1, 0.6), candidate("a", 2, 0.5)) == [0, 0]

from __future__ import annotations

import numpy as np
import pytest

from rag.answering.evidence import Evidence, EvidenceSentence
from rag.answering.surroundings import BESIDE_CITED, CITED_BEFORE, DOCUMENT_WEIGHT, Surroundings
from rag.documents import Span
from tests.rag.answering.sources import source


def sentences(version: str, *texts: str) -> list[EvidenceSentence]:
    """Sentences that stand in one text, one space between them."""
    joined = " ".join(texts)
    passage = source(joined, version=version)
    starts = [joined.index(text) for text in texts]
    return [EvidenceSentence(passage, Span(n, n + len(text)), text) for n, text in zip(starts, texts, strict=True)]


def surroundings(*scores: float) -> tuple[Surroundings, list[EvidenceSentence]]:
    """Three sentences of one document and one of another, which meet the question as closely as given."""
    found = [*sentences("v1", "Sales rose.", "This pleased investors.", "Rents fell."), *sentences("v2", "Sales fell.")]
    vectors = np.zeros((len(found), 2), np.float32)
    return Surroundings(Evidence(tuple(found), vectors), np.array(scores)), found


def test_a_document_far_from_the_question_weighs_less_with_all_its_sentences() -> None:
    made, _ = surroundings(0.2, 0.9, 0.1, 0.5)

    assert made.bonus() == pytest.approx([0, 0, 0, DOCUMENT_WEIGHT * (0.5 - 0.9)])


def test_what_was_cited_and_what_stands_beside_it_weigh_more() -> None:
    made, found = surroundings(0.5, 0.5, 0.5, 0.5)

    made.cite((found[0],))

    assert made.bonus() == pytest.approx([CITED_BEFORE, BESIDE_CITED, 0, 0])


def test_both_neighbours_stand_beside_a_sentence() -> None:
    made, found = surroundings(0.5, 0.5, 0.5, 0.5)

    made.cite((found[1],))

    assert made.bonus() == pytest.approx([BESIDE_CITED, CITED_BEFORE, BESIDE_CITED, 0])


def test_sentences_far_apart_in_one_text_are_no_neighbours() -> None:
    far = EvidenceSentence(source("Rents fell.", start=500), Span(500, 511), "Rents fell.")
    near = sentences("v1", "Sales rose.")[0]
    made = Surroundings(Evidence((near, far), np.zeros((2, 2), np.float32)), np.array([0.5, 0.5]))

    made.cite((near,))

    assert made.bonus() == pytest.approx([CITED_BEFORE, 0])


def test_without_evidence_there_is_nothing_to_weigh() -> None:
    assert Surroundings(Evidence((), np.zeros((0, 2), np.float32)), np.zeros(0)).bonus().shape == (0,)

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.errors import MeasureUnknown
from rag.evaluation.ranking_measures import ranking_measures
from tests.rag.evaluation.rows import QUESTION, SENTENCE, passages

RETRIEVED = [{"doc": doc, "text": text} for doc, text in (("x", ""), ("x", ""), ("a", SENTENCE), ("b", ""))]


def test_documents_are_ranked_where_they_first_appear() -> None:
    question = replace(QUESTION, gold=("a", "b"))

    found = ranking_measures([(question, {"id": "q1", "retrieved": RETRIEVED})])["q1"]

    # x, a, b: gains at ranks 2 and 3 of the best possible at 1 and 2
    ideal = 1 + 1 / math.log2(3)
    assert found["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    # the third passage is the first of a gold document
    assert found["RR@10"] == pytest.approx(1 / 3)


def test_useful_is_what_holds_evidence_where_evidence_is_known() -> None:
    question = replace(QUESTION, gold=("x",), evidence=(SENTENCE,))

    assert ranking_measures([(question, {"id": "q1", "retrieved": RETRIEVED})])["q1"]["RR@10"] == pytest.approx(1 / 3)
    assert ranking_measures([(question, {"id": "q1", "retrieved": passages("no")})])["q1"]["RR@10"] == 0
    assert ranking_measures([(question, {"id": "q1", "retrieved": []})])["q1"] == {"nDCG@10": 0, "RR@10": 0}


def test_only_qrels_say_what_was_judged() -> None:
    judged = replace(QUESTION, gold=("a",), judgements={"a": 2, "x": 0})

    found = ranking_measures([(judged, {"id": "q1", "retrieved": RETRIEVED})])["q1"]

    assert found["Judged@10"] == pytest.approx(2 / 3)  # b was not judged
    assert found["nDCG@10"] == pytest.approx(1 / math.log2(3))
    assert "Judged@10" not in ranking_measures([(replace(QUESTION, gold=("a",)), {"id": "q1"})])["q1"]


def test_more_measures_of_the_field_may_be_asked_for() -> None:
    question = replace(QUESTION, gold=("a",))

    found = ranking_measures([(question, {"id": "q1", "retrieved": RETRIEVED})], ["AP", "P@2"])["q1"]

    assert (found["AP"], found["P@2"]) == (0.5, 0.5)


@pytest.mark.parametrize("name", ["Foo@3", "alpha_nDCG@3", "nDCG@@", "1"])
def test_an_unknown_measure_is_named(name: str) -> None:
    with pytest.raises(MeasureUnknown, match="cannot be computed"):
        ranking_measures([(replace(QUESTION, gold=("a",)), {"id": "q1", "retrieved": RETRIEVED})], [name])


def test_what_nothing_is_known_of_is_left_out() -> None:
    assert ranking_measures([(QUESTION, {"id": "q1", "retrieved": RETRIEVED})]) == {}

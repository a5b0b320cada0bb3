from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.measures import holds, means, measure

SENTENCE = "The warranty lasts 24 months from the date of delivery."
QUESTION = EvaluationQuestion("q1", "How long is the warranty?", language="en")
UNANSWERABLE = replace(QUESTION, answerable=False)


def passages(*texts: str, doc: str = "d") -> list[dict[str, str]]:
    return [{"doc": doc, "text": text} for text in texts]


def row(*cited: str, refused: bool = False, retrieved: list[dict[str, str]] | None = None) -> dict[str, Any]:
    citations = [{"n": n, "doc": "d", "text": text} for n, text in enumerate(cited, start=1)]
    return {"id": "q1", "retrieved": retrieved or [], "citations": citations, "refused": refused}


def test_recall_counts_gold_documents_once_each_among_the_first_passages() -> None:
    question = replace(QUESTION, gold=("a", "b"))
    retrieved = [{"doc": doc, "text": ""} for doc in ("a", "a", "x", "y", "z", "b")]

    found = measure(question, {"id": "q1", "retrieved": retrieved})

    # b is the sixth passage
    assert found == {"R@1": 0.5, "R@5": 0.5}
    assert measure(question, {"id": "q1", "retrieved": retrieved[1:]})["R@5"] == 1.0
    assert measure(question, {"id": "q1", "retrieved": []}) == {"R@1": 0.0, "R@5": 0.0}


def test_evidence_recall_ends_with_the_budget_of_words() -> None:
    question = replace(QUESTION, evidence=(SENTENCE, "质保期为自交付之日起二十四个月。"))
    retrieved = passages("word " * 490 + SENTENCE, "质保期为自交付之日起二十四个月。")

    found = measure(question, {"id": "q1", "retrieved": retrieved})

    # the English sentence's ten words end at word 500; the Chinese one's characters are words 501 to 515
    assert found == {"ev_R@500w": 0.5, "ev_R@1000w": 1.0}


def test_a_sentence_cut_by_the_budget_counts_while_most_of_it_is_there() -> None:
    question = replace(QUESTION, evidence=(SENTENCE,))

    cut_late = measure(question, {"id": "q1", "retrieved": passages("word " * 492 + SENTENCE)})
    cut_early = measure(question, {"id": "q1", "retrieved": passages("word " * 496 + SENTENCE)})

    # eight words of ten stand within 500: 30 of its 37 runs of 8 letters; four words of ten: 14 of them
    assert (cut_late["ev_R@500w"], cut_early["ev_R@500w"]) == (1.0, 0.0)


def test_citations_are_measured_both_ways() -> None:
    question = replace(QUESTION, evidence=(SENTENCE, "Batteries are covered for six months only."))

    found = measure(question, row(SENTENCE, "Our office is closed on Sundays and on holidays.", SENTENCE))

    assert found["cited_ev"] == pytest.approx(2 / 3)
    assert found["ev_cited"] == 0.5


def test_a_citation_of_a_part_of_the_evidence_counts_unless_it_is_tiny() -> None:
    question = replace(QUESTION, evidence=(SENTENCE,))

    assert measure(question, row("lasts 24 months from the date"))["cited_ev"] == 1.0
    assert measure(question, row("24 months"))["cited_ev"] == 0.0  # eight letters stand in too much


def test_what_does_not_apply_is_absent() -> None:
    with_evidence = replace(QUESTION, evidence=(SENTENCE,))

    assert measure(with_evidence, row()) == {
        "ev_R@500w": 0.0, "ev_R@1000w": 0.0, "over_refusal": 0.0, "ev_cited": 0.0,
    }  # fmt: skip
    assert measure(with_evidence, row(refused=True)).keys() == {"ev_R@500w", "ev_R@1000w", "over_refusal"}
    assert measure(QUESTION, row(SENTENCE)) == {"over_refusal": 0.0}
    assert measure(QUESTION, {"id": "q1", "retrieved": passages(SENTENCE)}) == {}
    assert measure(UNANSWERABLE, {"id": "q1", "retrieved": passages(SENTENCE)}) == {}


@pytest.mark.parametrize("refused", [True, False])
def test_refusing_is_right_or_wrong_by_the_question(refused: bool) -> None:
    assert measure(UNANSWERABLE, row(SENTENCE, refused=refused)) == {"refusal": float(refused)}
    assert measure(QUESTION, row(refused=refused)) == {"over_refusal": float(refused)}


def test_means_are_taken_over_the_questions_that_a_measure_applies_to() -> None:
    zh = replace(QUESTION, language="zh")
    untold = replace(UNANSWERABLE, language="")

    found = means([(QUESTION, row(refused=True)), (zh, row()), (zh, row()), (untold, row(refused=True))])

    assert found["all"] == {"over_refusal": (pytest.approx(1 / 3), 3), "refusal": (1.0, 1)}
    assert found["en"] == {"over_refusal": (1.0, 1)}
    assert found["zh"] == {"over_refusal": (0.0, 2)}
    assert found["-"] == {"refusal": (1.0, 1)}
    assert means([]) == {}


def test_a_sentence_is_found_whatever_parsing_did_to_spaces_case_and_dashes() -> None:
    assert holds("the warranty—lasts 24months from the\ndate of DELIVERY", SENTENCE)
    assert holds("甲方应于 2024 年 3 月 1 日前付款。", "甲方应于2024年3月1日前付款")
    assert not holds("The warranty is void when the seal is broken.", SENTENCE)
    assert not holds("", SENTENCE)


def test_a_sentence_without_letters_stands_nowhere() -> None:
    assert not holds(SENTENCE, "— * —")
    assert not holds("", "")


@given(
    st.lists(st.text(alphabet="ab 的了。-", max_size=40), max_size=6),
    st.lists(st.text(alphabet="ab 的了。-", max_size=12), min_size=1, max_size=4),
)
def test_evidence_recall_is_a_share_and_grows_with_the_words(texts: list[str], evidence: list[str]) -> None:
    question = replace(QUESTION, evidence=tuple(evidence))
    padded = ["字" * 480, *texts]

    found = measure(question, {"id": "q1", "retrieved": passages(*padded)})

    assert 0 <= found["ev_R@500w"] <= found["ev_R@1000w"] <= 1

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.measures import measure, measure_all
from tests.rag.evaluation.rows import QUESTION, SENTENCE, answered, passages

UNANSWERABLE = replace(QUESTION, answerable=False)


def test_recall_counts_gold_documents_once_each_among_the_first_passages() -> None:
    question = replace(QUESTION, gold=("a", "b"))
    retrieved = [{"doc": doc, "text": ""} for doc in ("a", "a", "x", "y", "z", "b")]

    found = measure(question, {"id": "q1", "retrieved": retrieved})

    # b is the sixth passage
    assert found == {"R@1": 0.5, "R@5": 0.5, "R@10": 1.0}
    assert measure(question, {"id": "q1", "retrieved": retrieved[1:]})["R@5"] == 1.0
    assert measure(question, {"id": "q1", "retrieved": []})["R@10"] == 0.0


def test_evidence_recall_ends_with_the_budget_of_words() -> None:
    question = replace(QUESTION, evidence=(SENTENCE, "质保期为自交付之日起二十四个月。"))
    retrieved = passages("word " * 490 + SENTENCE, "质保期为自交付之日起二十四个月。")

    found = measure(question, {"id": "q1", "retrieved": retrieved})

    # the English sentence's ten words end at word 500; the Chinese one's characters are words 501 to 515
    assert (found["ev_R@500w"], found["ev_R@1000w"]) == (0.5, 1.0)
    assert (found["ev_R@1"], found["ev_R@5"]) == (0.5, 1.0)


def test_a_sentence_cut_by_the_budget_counts_while_most_of_it_is_there() -> None:
    question = replace(QUESTION, evidence=(SENTENCE,))

    cut_late = measure(question, {"id": "q1", "retrieved": passages("word " * 492 + SENTENCE)})
    cut_early = measure(question, {"id": "q1", "retrieved": passages("word " * 496 + SENTENCE)})

    # eight words of ten stand within 500: 30 of its 37 runs of 8 letters; four words of ten: 14 of them
    assert (cut_late["ev_R@500w"], cut_early["ev_R@500w"]) == (1.0, 0.0)


def test_citations_are_measured_both_ways() -> None:
    question = replace(QUESTION, gold=("d", "e"), evidence=(SENTENCE, "Batteries are covered for six months only."))
    answer = "It lasts 24 months [1]. The office is closed on Sundays [2][3]."

    found = measure(question, answered(answer, SENTENCE, "Our office is closed on Sundays and holidays.", SENTENCE))

    assert found["cite_P_ev"] == pytest.approx(2 / 3)
    assert found["cite_R_ev"] == 0.5
    assert (found["cite_P_doc"], found["cite_R_doc"]) == (1.0, 0.5)
    assert (found["sent_cited"], found["cite_num_support"], found["cite_dangling"]) == (1.0, 1.0, 0.0)


def test_a_mark_without_a_citation_dangles_and_a_citation_without_a_mark_does_not_count() -> None:
    question = replace(QUESTION, gold=("d",), evidence=(SENTENCE,))

    dangling = measure(question, answered("It lasts 24 months [2].", SENTENCE))
    unmarked = measure(question, answered("It lasts 24 months.", SENTENCE))

    assert (dangling["cite_dangling"], dangling["cite_P_doc"], dangling["attributed"]) == (1.0, 0.0, 0.0)
    assert (unmarked["cite_dangling"], unmarked["sent_cited"], unmarked["attributed"]) == (0.0, 0.0, 0.0)


def test_attributed_is_a_right_answer_on_the_right_evidence() -> None:
    question = replace(QUESTION, gold=("d",), evidence=(SENTENCE,), answers=("24 months",))

    right = measure(question, answered("It lasts 24 months [1].", SENTENCE))
    wrong = measure(question, answered("It lasts 60 months [1].", SENTENCE))
    elsewhere = measure(question, answered("It lasts 24 months [1].", "Our office is closed on Sundays and holidays."))

    assert [found["attributed"] for found in (right, wrong, elsewhere)] == [1.0, 0.0, 0.0]
    assert (right["contains"], right["num_recall"], right["num_invented"]) == (1.0, 1.0, 0.0)
    assert (wrong["contains"], wrong["num_recall"], wrong["num_invented"]) == (0.0, 0.0, 1.0)


def test_what_does_not_apply_is_absent() -> None:
    with_evidence = replace(QUESTION, gold=("d",), evidence=(SENTENCE,))

    assert measure(with_evidence, answered("", refused=True)).keys() == {"over_refusal"}
    assert measure(QUESTION, {"id": "q1", "retrieved": passages(SENTENCE)}) == {}
    assert measure(UNANSWERABLE, {"id": "q1", "retrieved": passages(SENTENCE)}) == {}
    assert "cite_P_ev" not in measure(QUESTION, answered("It lasts long [1].", SENTENCE))


@pytest.mark.parametrize("refused", [True, False])
def test_refusing_is_right_or_wrong_by_the_question(refused: bool) -> None:
    row = answered("", refused=refused)

    assert measure(UNANSWERABLE, row) == {"refusal": float(refused), "refusal_cites": 0.0}
    assert measure(QUESTION, row) == {"over_refusal": float(refused)}


def test_a_refusal_that_cites_is_told() -> None:
    assert measure(UNANSWERABLE, answered("", SENTENCE, refused=True))["refusal_cites"] == 1.0


def test_measures_of_retrieval_stand_first() -> None:
    question = replace(QUESTION, gold=("d",), evidence=(SENTENCE,))

    [one] = measure_all([(question, answered("Yes.", retrieved=passages(SENTENCE)))], ["AP", "R@5"])

    assert list(one.values)[:6] == ["R@1", "R@5", "R@10", "nDCG@10", "RR@10", "ev_R@1"]
    assert list(one.values)[-1] == "AP"


@given(
    st.lists(st.text(alphabet="ab 的了。-", max_size=40), max_size=6),
    st.lists(st.text(alphabet="ab 的了。-", max_size=12), min_size=1, max_size=4),
)
def test_evidence_recall_is_a_share_and_grows_with_the_words(texts: list[str], evidence: list[str]) -> None:
    question = replace(QUESTION, evidence=tuple(evidence))
    padded = ["字" * 480, *texts]

    found = measure(question, {"id": "q1", "retrieved": passages(*padded)})

    assert 0 <= found["ev_R@500w"] <= found["ev_R@1000w"] <= found["ev_R@2000w"] <= 1

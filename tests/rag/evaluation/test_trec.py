from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DatasetInvalid
from rag.evaluation.trec import qrel_lines, read_qrels, run_lines, with_qrels
from tests.rag.evaluation.rows import QUESTION, passages


def test_a_run_names_each_document_once_with_falling_scores() -> None:
    row = {
        "id": "q1",
        "retrieved": [*passages("1", doc="员工 手册.docx"), *passages("2", doc="b"), *passages("3", doc="b")],
    }

    assert list(run_lines([row], "mine")) == ["q1 Q0 员工%20手册.docx 1 2 mine", "q1 Q0 b 2 1 mine"]


def test_other_tools_read_what_is_written(tmp_path: Path) -> None:
    import ir_measures

    question = replace(QUESTION, gold=("a b", "c"))
    run, qrels = tmp_path / "s.run", tmp_path / "s.qrels"
    run.write_text("\n".join(run_lines([{"id": "q1", "retrieved": passages("", doc="c")}])), "utf-8")
    qrels.write_text("\n".join(qrel_lines([question])), "utf-8")

    found = ir_measures.calc_aggregate(
        [ir_measures.R @ 5], list(ir_measures.read_trec_qrels(str(qrels))), list(ir_measures.read_trec_run(str(run)))
    )

    assert found == {ir_measures.R @ 5: 0.5}


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 3), min_size=1))
def test_qrels_come_back_whatever_the_ids_hold(grades: dict[str, int]) -> None:
    question = replace(QUESTION, id="q 1%", judgements=grades)

    lines = list(qrel_lines([question]))

    assert all(len(line.split()) == 4 for line in lines)
    assert len(set(lines)) == len(grades)


def test_qrels_are_read_as_trec_and_beir_write_them(tmp_path: Path) -> None:
    trec, beir = tmp_path / "a.qrels", tmp_path / "b.tsv"
    trec.write_text("q1 0 a%20b 2\nq1 0 c 0\nq2 0 d 1\n")
    beir.write_text("query-id\tcorpus-id\tscore\nq1\ta\t1\n")

    assert read_qrels(trec) == {"q1": {"a b": 2, "c": 0}, "q2": {"d": 1}}
    assert read_qrels(beir) == {"q1": {"a": 1}}


@pytest.mark.parametrize("line", ["q1 0 a", "q1 0 a b", "q1 a", "q1 0 a 1 more"])
def test_a_bad_line_of_qrels_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.qrels"
    path.write_text(f"q1 0 a 1\n{line}\n")

    with pytest.raises(DatasetInvalid) as caught:
        read_qrels(path)

    assert caught.value.details["line"] == 2


def test_judged_documents_are_gold_where_the_question_names_none() -> None:
    told = replace(QUESTION, id="q2", gold=("x",))

    first, second, third = with_qrels(
        [QUESTION, told, replace(QUESTION, id="q3")], {"q1": {"a": 1, "b": 0}, "q2": {"a": 1}}
    )

    assert (first.gold, first.judgements) == (("a",), {"a": 1, "b": 0})
    assert (second.gold, second.judgements) == (("x",), {"a": 1})
    assert (third.gold, third.judgements) == ((), {})

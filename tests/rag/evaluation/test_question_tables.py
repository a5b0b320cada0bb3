"""Questions from spreadsheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DatasetInvalid, FileNotFound
from rag.evaluation.datasets import EvaluationQuestion, read_questions


def test_a_table_is_read_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_text(
        "id,query,lang,type,gold,evidence,answers,answerable,reviewed,comment\n"
        'q1,"How long, exactly?",en,fact,a.pdf | b.pdf,"Line one.\nLine two.",24 months,yes,no,hm\n'
        ",,,,,,,,,\n"
        "q2,Who?,,,,,,no,,\n",
        "utf-8",
    )

    assert read_questions(path) == [
        EvaluationQuestion(
            "q1", "How long, exactly?", "en", "fact", ("a.pdf", "b.pdf"), ("Line one.", "Line two."), ("24 months",),
            reviewed=False,
        ),
        EvaluationQuestion("q2", "Who?", answerable=False),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_chinese_spreadsheet_is_read_as_it_is_saved(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "问题.CSV"
    path.write_bytes("问题,答案,可回答\r\n保修多久？,二十四个月,是\r\n".encode(encoding))

    [question] = read_questions(path)

    assert question == EvaluationQuestion("2", "保修多久？", answers=("二十四个月",))


def test_tabs_separate_the_columns_of_a_tsv(tmp_path: Path) -> None:
    path = tmp_path / "questions.tsv"
    path.write_text("Question\tLanguage\nWho, then?\ten\n", "utf-8")

    assert [(q.query, q.language) for q in read_questions(path)] == [("Who, then?", "en")]


def test_what_is_no_table_of_questions_is_named(tmp_path: Path) -> None:
    bad, empty, unclear = (tmp_path / name for name in ("bad.csv", "empty.csv", "unclear.csv"))
    bad.write_text("a,b\n1,2\n")
    empty.write_text("")
    unclear.write_text("query,answerable\nWho?,perhaps\n")

    for path, line in ((bad, 1), (empty, 1), (unclear, 2)):
        with pytest.raises(DatasetInvalid) as caught:
            read_questions(path)
        assert caught.value.details["line"] == line
    with pytest.raises(FileNotFound):
        read_questions(tmp_path / "none.csv")

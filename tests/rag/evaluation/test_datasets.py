from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import DatasetInvalid, FileNotFound
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion, read_corpus, read_questions


def lines(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_corpus_is_read_from_several_files_in_order(tmp_path: Path) -> None:
    first = lines(tmp_path / "zh.jsonl", {"id": 1, "title": "章程", "text": "第一条"}, {"id": "2", "text": "b"})
    second = lines(tmp_path / "en.jsonl", {"id": "3", "title": None, "text": "c", "more": 1})

    assert list(read_corpus([first, second])) == [
        CorpusDocument("1", "章程", "第一条"),
        CorpusDocument("2", "", "b"),
        CorpusDocument("3", "", "c"),
    ]


def test_an_id_may_come_once_over_all_files(tmp_path: Path) -> None:
    first = lines(tmp_path / "a.jsonl", {"id": "1", "text": "a"})
    second = lines(tmp_path / "b.jsonl", {"id": "2", "text": "b"}, {"id": 1, "text": "a"})

    with pytest.raises(DatasetInvalid) as caught:
        list(read_corpus([first, second]))

    assert caught.value.details == {"path": str(second), "line": 2, "reason": "the id 1 comes twice"}


def test_a_question_is_read_with_what_is_known_of_its_answer(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "questions.jsonl",
        {
            "id": 7,
            "query": "谁？",
            "lang": "zh",
            "type": "factual",
            "gold": [1, "b"],
            "evidence": ["甲方。"],
            "answers": ["甲", ["乙", ["丙"]], 4],
            "answerable": True,
            "demo": True,
        },
        {"id": "8", "query": "Why?", "answerable": False, "gold": None, "answers": None},
    )

    full, bare = read_questions(path)

    assert full == EvaluationQuestion(
        "7", "谁？", "zh", "factual", ("1", "b"), ("甲方。",), ("甲", "乙", "丙", "4"), answerable=True
    )
    assert full.demo
    assert bare == EvaluationQuestion("8", "Why?", answerable=False)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"id": 1, "text": "a"', "not JSON"),
        ('{"id": 1}', "lacks text"),
        ("{}", "lacks id, text"),
        ('"text id"', "lacks id, text"),
        ('["id", "text"]', "lacks id, text"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, bad: str, reason: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(f'{{"id": 0, "text": ""}}\n\n{bad}\n')

    with pytest.raises(DatasetInvalid) as caught:
        list(read_corpus([path]))

    assert caught.value.details["line"] == 3
    assert caught.value.details["reason"].startswith(reason)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0c"])
def test_a_line_ends_with_a_line_feed_alone(tmp_path: Path, separator: str) -> None:
    path = lines(tmp_path / "corpus.jsonl", {"id": "1", "text": f"one{separator}text"})

    assert [document.text for document in read_corpus([path])] == [f"one{separator}text"]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes('\ufeff{"id": "1", "query": "谁？"}\r\n'.encode())

    assert [question.query for question in read_questions(path)] == ["谁？"]


def test_a_missing_file_and_one_in_another_encoding_are_told_apart(tmp_path: Path) -> None:
    foreign = tmp_path / "gbk.jsonl"
    foreign.write_bytes('{"id": 1, "query": "谁？"}'.encode("gbk"))

    with pytest.raises(FileNotFound):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(DatasetInvalid):
        read_questions(foreign)
    with pytest.raises(DatasetInvalid):
        read_questions(tmp_path)

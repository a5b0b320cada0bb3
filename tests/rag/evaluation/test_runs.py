from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.citations import (
    Answer,
    AnswerMode,
    Citation,
    Refusal,
    RefusalReason,
    SentenceSupport,
    SupportStatus,
)
from rag.documents import Passage, ScoredPassage, Span
from rag.errors import DatasetInvalid
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.runs import answer_row, read_rows, retrieval_row, with_questions
from rag.retrieval.centres import Centres
from rag.retrieval.retriever import Retrieval

PASSAGE = Passage("p1", "d1", "v1", "default", Span(0, 5), "Handbook › Leave", "en")
FOUND = ScoredPassage(PASSAGE, "a b c", "Handbook", "file:///corpus/17.txt", 0.9, 1)
QUOTED = Citation(1, "d1", "v1", "p1", "Handbook", "file:///corpus/17.txt", Span(0, 3), "a b")
ANSWER = Answer(
    question="?",
    language="en",
    text="a b [1].",
    mode=AnswerMode.GENERATED,
    sentences=(SentenceSupport(Span(0, 8), "a b.", SupportStatus.PARTIAL, (1,), score=0.5),),
    citations=(QUOTED,),
    dropped=(SentenceSupport(Span(0, 0), "x.", SupportStatus.UNSUPPORTED),),
    retrieved=(FOUND,),
    timings={"first_token_s": 0.5, "finished_s": 1.5},
    evidence_score=0.625,
)


def corpus_id(uri: str) -> str:
    return uri.rpartition("/")[2].removesuffix(".txt")


def test_an_answer_becomes_a_row_in_the_corpus_own_names() -> None:
    row = answer_row("q1", ANSWER, corpus_id)

    assert row == {
        "id": "q1",
        "retrieved": [{"doc": "17", "text": "a b c"}],
        "answer": "a b [1].",
        "citations": [{"n": 1, "doc": "17", "text": "a b"}],
        "refused": False,
        "refusal": None,
        "evidence_score": 0.625,
        "latency_s": 1.5,
        "ttft_s": 0.5,
        "mode": "generated",
        "statuses": ["partial"],
        "sentences": [
            {"text": "a b.", "status": "partial", "score": 0.5, "markers": [1]},
            {"text": "x.", "status": "unsupported", "score": 0.0, "markers": []},
        ],
        "dropped": [["unsupported", "x."]],
    }
    assert json.loads(json.dumps(row)) == row


def test_a_refusal_is_marked_as_one() -> None:
    refused = replace(ANSWER, refusal=Refusal(RefusalReason.NO_EVIDENCE, "no"), citations=(), timings={})

    row = answer_row("q1", refused, corpus_id)

    assert (row["refused"], row["refusal"], row["citations"]) == (True, "no-evidence", [])
    assert row["ttft_s"] is None


def test_a_retrieval_becomes_a_row_without_an_answer() -> None:
    retrieval = Retrieval("?", "en", (FOUND,), np.zeros(2), Centres({}, {}), 1, 0.123456)

    assert retrieval_row("q1", retrieval, corpus_id) == {
        "id": "q1",
        "retrieved": [{"doc": "17", "text": "a b c"}],
        "latency_s": 0.1235,
    }


def test_rows_come_back_with_their_questions(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 2, "refused": true}\n{"id": "9"}\n{"id": "1", "refused": false}\n')
    questions = [EvaluationQuestion(id, "?") for id in ("1", "2", "3")]

    pairs = with_questions(read_rows(path), questions)

    assert [(question.id, row) for question, row in pairs] == [
        ("1", {"id": "1", "refused": False}),
        ("2", {"id": "2", "refused": True}),
    ]


@pytest.mark.parametrize("line", ["{", "[1]", '{"answer": ""}', '{"id": "1"}'])
def test_a_bad_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"id": 1}}\n{line}\n')

    with pytest.raises(DatasetInvalid) as caught:
        read_rows(path)

    assert caught.value.details["line"] == 2

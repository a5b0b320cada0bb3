from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

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
from rag.evaluation.runs import answer_row, retrieval_row
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
    sentences=(SentenceSupport(Span(0, 8), "a b.", SupportStatus.PARTIAL, (1,)),),
    citations=(QUOTED,),
    dropped=(SentenceSupport(Span(0, 0), "x.", SupportStatus.UNSUPPORTED),),
    retrieved=(FOUND,),
    timings={"first_token_s": 0.5, "finished_s": 1.5},
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
        "latency_s": 1.5,
        "ttft_s": 0.5,
        "mode": "generated",
        "statuses": ["partial"],
        "dropped": [["unsupported", "x."]],
    }
    assert json.loads(json.dumps(row)) == row


def test_a_refusal_is_marked_as_one() -> None:
    refused = replace(ANSWER, refusal=Refusal(RefusalReason.NO_EVIDENCE, "no"), citations=(), timings={})

    row = answer_row("q1", refused, corpus_id)

    assert (row["refused"], row["citations"], row["ttft_s"]) == (True, [], None)


def test_a_retrieval_becomes_a_row_without_an_answer() -> None:
    retrieval = Retrieval("?", "en", (FOUND,), np.zeros(2), Centres({}, {}), 1, 0.123456)

    assert retrieval_row("q1", retrieval, corpus_id) == {
        "id": "q1",
        "retrieved": [{"doc": "17", "text": "a b c"}],
        "latency_s": 0.1235,
    }

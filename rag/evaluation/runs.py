"""What the system did with each question, as rows that any scorer can read again.

    {"id", "retrieved": [{"doc", "text"}, … best first], "answer", "citations": [{"n", "doc", "text"}], "refused",
     "latency_s", "ttft_s"}

`doc` is the corpus's own id. `retrieved[].text` is the passage as the answerer gets it, without its context header;
`citations[].text` is the cited span. What else an answer's row holds - why it was refused, how close the evidence was,
each sentence's score - is for calibration and for reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.citations import Answer, SentenceSupport
from rag.documents import ScoredPassage
from rag.errors import DatasetInvalid
from rag.evaluation.datasets import EvaluationQuestion, text_lines
from rag.retrieval.retriever import Retrieval

DocumentName = Callable[[str], str]
"""From a document's uri to the corpus's id."""

Row = dict[str, Any]


def retrieval_row(question_id: str, retrieval: Retrieval, name: DocumentName) -> Row:
    passages = [_passage(passage, name) for passage in retrieval.passages]
    return {"id": question_id, "retrieved": passages, "latency_s": round(retrieval.seconds, 4)}


def answer_row(question_id: str, answer: Answer, name: DocumentName) -> Row:
    return {
        "id": question_id,
        "retrieved": [_passage(passage, name) for passage in answer.retrieved],
        "answer": answer.text,
        "citations": [{"n": c.marker, "doc": name(c.uri), "text": c.quote} for c in answer.citations],
        "refused": answer.refusal is not None,
        "refusal": answer.refusal.reason.value if answer.refusal else None,
        "evidence_score": answer.evidence_score,
        "latency_s": answer.timings.get("finished_s"),
        "ttft_s": answer.timings.get("first_token_s"),
        "mode": answer.mode.value,
        "statuses": [sentence.status.value for sentence in answer.sentences],
        "sentences": [_sentence(sentence) for sentence in (*answer.sentences, *answer.dropped)],
        "dropped": [[sentence.status.value, sentence.text] for sentence in answer.dropped],
    }


def read_rows(path: Path) -> list[Row]:
    """Raises FileNotFound, and DatasetInvalid with file and line, also for an id that comes twice."""
    rows: dict[str, Row] = {}
    for number, line in text_lines(path):
        row = _row(path, number, line)
        if row["id"] in rows:
            raise DatasetInvalid(path=str(path), line=number, reason=f"the id {row['id']} comes twice")
        rows[row["id"]] = row
    return list(rows.values())


def with_questions(
    rows: Sequence[Row], questions: Sequence[EvaluationQuestion]
) -> list[tuple[EvaluationQuestion, Row]]:
    """Each row with its question, in the order of the questions; rows of other questions are left out."""
    by_id = {row["id"]: row for row in rows}
    return [(question, by_id[question.id]) for question in questions if question.id in by_id]


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DatasetInvalid(path=str(path), line=number, reason=f"not JSON: {error}") from None
    if not isinstance(row, dict) or "id" not in row:
        raise DatasetInvalid(path=str(path), line=number, reason="lacks id")
    return row | {"id": str(row["id"])}


def _passage(passage: ScoredPassage, name: DocumentName) -> Row:
    return {"doc": name(passage.uri), "text": passage.text}


def _sentence(sentence: SentenceSupport) -> Row:
    return {
        "text": sentence.text,
        "status": sentence.status.value,
        "score": round(sentence.score, 4),
        "markers": list(sentence.markers),
    }

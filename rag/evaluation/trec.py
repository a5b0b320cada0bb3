"""Runs and qrels as TREC's tools read them, one line each, of documents.

    qrels   question 0 document grade              run   question Q0 document rank score tag

A document stands in a run where its first passage was retrieved. TREC ends a field at white space, so that white space
in ids, and `%`, are written as `%20` and `%25`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

from rag.errors import DatasetInvalid
from rag.evaluation.datasets import EvaluationQuestion, text_lines
from rag.evaluation.runs import Row

TAG = "chuchu"
_UNSAFE = re.compile(r"[\s%]")
Grades = Mapping[str, int]
"""How far each judged document answers a question: 0 for not at all."""


def documents_of(row: Row) -> list[str]:
    """The documents retrieved, best first, each once."""
    return list(dict.fromkeys(passage["doc"] for passage in row.get("retrieved") or ()))


def grades_of(question: EvaluationQuestion) -> Grades:
    """What is known of the documents: the question's own judgements, or its gold documents as relevant."""
    return question.judgements or dict.fromkeys(question.gold, 1)


def run_lines(rows: Iterable[Row], tag: str = TAG) -> Iterator[str]:
    for row in rows:
        documents = documents_of(row)
        for rank, document in enumerate(documents, start=1):
            # Tools sort by score and break ties as they like: distinct scores keep our order.
            yield f"{_field(row['id'])} Q0 {_field(document)} {rank} {len(documents) - rank + 1} {tag}"


def qrel_lines(questions: Iterable[EvaluationQuestion]) -> Iterator[str]:
    for question in questions:
        for document, grade in grades_of(question).items():
            yield f"{_field(question.id)} 0 {_field(document)} {grade}"


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by question and document. A heading, as BEIR writes it, is passed over; raises DatasetInvalid."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for number, line in text_lines(path):
        fields = line.split()
        if number == 1 and fields and fields[0] in {"query-id", "query_id"}:
            continue
        question, document, grade = _qrel(path, number, fields)
        found[question][document] = grade
    return dict(found)


def with_qrels(
    questions: Sequence[EvaluationQuestion], qrels: Mapping[str, Mapping[str, int]]
) -> list[EvaluationQuestion]:
    """The questions with these judgements; documents judged relevant are gold where a question names none itself."""
    return [
        replace(question, judgements=grades, gold=question.gold or tuple(d for d, grade in grades.items() if grade > 0))
        if (grades := qrels.get(question.id))
        else question
        for question in questions
    ]


def _qrel(path: Path, number: int, fields: Sequence[str]) -> tuple[str, str, int]:
    """Four fields as TREC writes them, or three as BEIR does."""
    try:
        question, *_, document, grade = fields
        if len(fields) not in {3, 4}:
            raise ValueError
        return unquote(question), unquote(document), int(grade)
    except ValueError:
        reason = "a line of qrels is: question 0 document grade"
        raise DatasetInvalid(path=str(path), line=number, reason=reason) from None


def _field(text: str) -> str:
    return _UNSAFE.sub(lambda match: quote(match[0]), text)

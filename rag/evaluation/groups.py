"""The groups that figures are given for: all questions, a language, a direction, a type."""

from __future__ import annotations

from collections.abc import Iterator

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.grouping import Grouping
from rag.evaluation.runs import Row
from rag.text.language import detect_language

ALL = "all"


def groups_of(question: EvaluationQuestion, row: Row) -> Iterator[tuple[Grouping, str]]:
    language = question.language or "-"
    yield Grouping.LANGUAGE, language
    evidence = evidence_language(question, row)
    if evidence:
        yield Grouping.DIRECTION, f"{language}→{evidence}"
    if question.type:
        yield Grouping.TYPE, f"{language}/{question.type}"


def evidence_language(question: EvaluationQuestion, row: Row) -> str:
    """As the question says it, else as its evidence is written, else as the corpus's gold documents are; or empty."""
    if question.evidence_language or not question.answerable:
        return question.evidence_language
    if question.evidence:
        return detect_language("\n".join(question.evidence))
    return str(row.get("evidence_lang") or "")

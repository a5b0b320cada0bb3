"""Measures of ranked lists, by ir-measures: the names and definitions that the field uses.

nDCG@10, Judged@10, and any other that is asked for, are of documents, each where it first appears, against the qrels.
RR@10 is of passages: the first that holds an evidence sentence or, where none is known, is of a gold document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rag.errors import MeasureUnknown
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.matching import holds
from rag.evaluation.runs import Row
from rag.evaluation.trec import Grades, documents_of, grades_of

if TYPE_CHECKING:
    from ir_measures import Measure

Judged = tuple[EvaluationQuestion, Row]


Names = Callable[[EvaluationQuestion, Row], Sequence[str]]
Relevance = Callable[[EvaluationQuestion, Row], Grades]


def ranking_measures(judged: Sequence[Judged], more: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """By question id, for the questions whose documents or evidence are known. Raises MeasureUnknown for `more`."""
    of_documents = [pair for pair in judged if grades_of(pair[0])]
    # Without qrels nothing but the gold documents is judged, and the share of judged ones would say little.
    with_qrels = [pair for pair in of_documents if pair[0].judgements]
    of_passages = [pair for pair in judged if pair[0].evidence or pair[0].gold]
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for names, pairs, ranked, relevant in (
        (["nDCG@10", *more], of_documents, _documents, _grades),
        (["Judged@10"], with_qrels, _documents, _grades),
        (["RR@10"], of_passages, _ranks, _useful_ranks),
    ):
        for question, name, value in _measured(names, pairs, ranked, relevant):
            found[question][name] = value
    return dict(found)


def _measured(
    names: Sequence[str], pairs: Sequence[Judged], ranked: Names, relevant: Relevance
) -> Iterator[tuple[str, str, float]]:
    """Question, measure and value."""
    from ir_measures import Qrel, ScoredDoc, iter_calc

    measures = [_parsed(name) for name in names]
    qrels = [Qrel(q.id, name, grade) for q, row in pairs for name, grade in relevant(q, row).items()]
    # Scores fall with the rank and are distinct, so that no tie is broken in another order than ours.
    run = [ScoredDoc(q.id, name, -rank) for q, row in pairs for rank, name in enumerate(ranked(q, row))]
    if not qrels:
        return
    try:
        yield from ((metric.query_id, str(metric.measure), metric.value) for metric in iter_calc(measures, qrels, run))
    except ValueError as error:  # a measure that needs a package which is not here
        raise MeasureUnknown(measure=", ".join(names), reason=str(error)) from None


def _parsed(name: str) -> Measure:
    from ir_measures import parse_measure

    try:
        return parse_measure(name)
    except (NameError, SyntaxError, TypeError, ValueError) as error:
        raise MeasureUnknown(measure=name, reason=str(error)) from None


def _documents(_question: EvaluationQuestion, row: Row) -> Sequence[str]:
    return documents_of(row)


def _grades(question: EvaluationQuestion, _row: Row) -> Grades:
    return grades_of(question)


def _ranks(_question: EvaluationQuestion, row: Row) -> Sequence[str]:
    return [str(rank) for rank, _ in enumerate(row.get("retrieved") or ())]


def _useful_ranks(question: EvaluationQuestion, row: Row) -> Grades:
    """Every passage judged by what it holds. One that was not retrieved is there too: qrels may not be empty."""
    retrieved = row.get("retrieved") or ()
    return {"-": 1} | {str(rank): int(_is_useful(question, passage)) for rank, passage in enumerate(retrieved)}


def _is_useful(question: EvaluationQuestion, passage: Mapping[str, str]) -> bool:
    if question.evidence:
        return any(holds(passage["text"], sentence) for sentence in question.evidence)
    return passage["doc"] in question.gold

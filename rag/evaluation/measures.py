"""Every measure of a question, by name. One that does not apply to a question is absent from it, never 0.

Values are shares from 0 to 1. The definitions stand in retrieval_measures, ranking_measures, answer_measures and
citation_measures; here, for those of refusing:

refusal        an unanswerable question was refused        over_refusal  an answerable one was
refusal_cites  an unanswerable question was refused, and the refusal cites all the same
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.evaluation.answer_measures import answer_measures, is_right
from rag.evaluation.citation_measures import citation_measures
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.ranking_measures import ranking_measures
from rag.evaluation.retrieval_measures import retrieval_measures
from rag.evaluation.runs import Row

MEASURES = (
    "R@1", "R@5", "R@10", "nDCG@10", "RR@10", "Judged@10", "ev_R@1", "ev_R@5", "ev_R@10", "ev_R@500w", "ev_R@1000w",
    "ev_R@2000w", "over_refusal", "char_f1", "contains", "num_recall", "num_invented", "cite_dangling", "sent_cited",
    "cite_P_doc", "cite_R_doc", "cite_P_ev", "cite_R_ev", "cite_num_support", "attributed", "refusal", "refusal_cites",
)  # fmt: skip
"""Those that are always taken, in the order in which they are shown."""
LOWER_IS_BETTER = frozenset({"over_refusal", "num_invented", "cite_dangling", "refusal_cites"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A question, the row that a system made of it, and what the row is worth."""

    question: EvaluationQuestion
    row: Row
    values: Mapping[str, float]


def measure_all(rows: Iterable[tuple[EvaluationQuestion, Row]], more: Sequence[str] = ()) -> list[Measured]:
    """The measures of each row; `more` names further ones of ir-measures, where they are not ours anyway. Raises
    MeasureUnknown.
    """
    pairs = list(rows)
    further = [name for name in more if name not in MEASURES]
    ranked = ranking_measures([(q, row) for q, row in pairs if q.answerable and "retrieved" in row], further)
    return [Measured(q, row, _ordered(measure(q, row) | ranked.get(q.id, {}))) for q, row in pairs]


def measure(question: EvaluationQuestion, row: Row) -> dict[str, float]:
    """What can be measured of one row by itself."""
    if not question.answerable:
        return _refusal(row)
    found = retrieval_measures(question, row.get("retrieved") or []) if "retrieved" in row else {}
    if "refused" not in row:
        return found
    found["over_refusal"] = float(row["refused"])
    answer = str(row.get("answer") or "")
    if row["refused"] or not answer:
        return found
    found |= answer_measures(question, answer)
    right = is_right(found)
    return found | citation_measures(question, answer, row.get("citations") or [], right=right)


def _refusal(row: Row) -> dict[str, float]:
    if "refused" not in row:
        return {}
    cites = row["refused"] and bool(row.get("citations"))
    return {"refusal": float(row["refused"]), "refusal_cites": float(cites)}


def _ordered(values: Mapping[str, float]) -> dict[str, float]:
    """As MEASURES has them, whichever room they come from; then what else was asked for."""
    return {name: values[name] for name in MEASURES if name in values} | dict(values)

"""What was retrieved, against the gold documents and the evidence sentences of an answerable question.

R@k        share of the gold documents among the first k passages
ev_R@k     share of the evidence sentences that one of the first k passages holds
ev_R@Nw    share of the evidence sentences that stand in the first N words retrieved; a Chinese character is a word, so
           that long passages buy nothing
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.matching import first_words, holds

CUT_OFFS = (1, 5, 10)
WORD_BUDGETS = (500, 1000, 2000)


def retrieval_measures(question: EvaluationQuestion, retrieved: Sequence[Mapping[str, str]]) -> dict[str, float]:
    return _document_recall(question, retrieved) | _evidence_recall(question, retrieved)


def evidence_within(question: EvaluationQuestion, retrieved: Sequence[Mapping[str, str]], words: int) -> float:
    """The share of the evidence, of which there must be some, in the first words retrieved."""
    text = first_words([passage["text"] for passage in retrieved], words)
    return fmean(holds(text, sentence) for sentence in question.evidence)


def _document_recall(question: EvaluationQuestion, retrieved: Sequence[Mapping[str, str]]) -> dict[str, float]:
    gold = set(question.gold)
    if not gold:
        return {}
    return {f"R@{k}": len(gold & {passage["doc"] for passage in retrieved[:k]}) / len(gold) for k in CUT_OFFS}


def _evidence_recall(question: EvaluationQuestion, retrieved: Sequence[Mapping[str, str]]) -> dict[str, float]:
    if not question.evidence:
        return {}
    found: dict[str, float] = {}
    for k in CUT_OFFS:
        top = [passage["text"] for passage in retrieved[:k]]
        found[f"ev_R@{k}"] = fmean(any(holds(text, sentence) for text in top) for sentence in question.evidence)
    for words in WORD_BUDGETS:
        found[f"ev_R@{words}w"] = evidence_within(question, retrieved, words)
    return found

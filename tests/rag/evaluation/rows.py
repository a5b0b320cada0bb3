"""Questions and rows to measure, with sentences long enough to be told apart."""

from __future__ import annotations

from typing import Any

from rag.evaluation.datasets import EvaluationQuestion

SENTENCE = "The warranty lasts 24 months from the date of delivery."
QUESTION = EvaluationQuestion("q1", "How long is the warranty?", language="en")


def passages(*texts: str, doc: str = "d") -> list[dict[str, str]]:
    return [{"doc": doc, "text": text} for text in texts]


def answered(
    answer: str, *cited: str, doc: str = "d", refused: bool = False, retrieved: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """A row whose citations are numbered from 1."""
    citations = [{"n": n, "doc": doc, "text": text} for n, text in enumerate(cited, start=1)]
    row = {"id": "q1", "answer": answer, "citations": citations, "refused": refused}
    return row if retrieved is None else row | {"retrieved": retrieved}

"""What each stage of the system held of a question's evidence, for the attribution of losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from api.cli.evaluating.corpus import COLLECTION
from rag.documents import ScoredPassage

if TYPE_CHECKING:
    from api.cli.evaluating.experiment import Experiment
    from rag.evaluation.datasets import EvaluationQuestion

DEPTH = 200
"""Candidates looked at, ten times what is shown by default: a rank further down is as good as none."""


async def trace(
    experiment: Experiment, question: EvaluationQuestion, shown: Sequence[ScoredPassage]
) -> list[dict[str, Any]]:
    """An entry for each evidence sentence, as `rag.evaluation.losses` makes them."""
    from rag.evaluation.losses import Candidate, Seen, trace_evidence

    deep = await experiment.services.retriever.retrieve(question.query, collection=COLLECTION, limit=DEPTH)
    seen = Seen(
        shown=[passage.text for passage in shown],
        candidates=[Candidate(passage.text, passage.why, passage.score) for passage in deep.passages],
        texts=await experiment.gold.texts(question) or None,
        passages=await experiment.gold.passages(question, deep.query_vector) or None,
        packed=_packed(experiment, question.query, shown),
    )
    return [trace_evidence(sentence, seen).to_json() for sentence in question.evidence]


def _packed(experiment: Experiment, question: str, shown: Sequence[ScoredPassage]) -> list[str]:
    from rag.answering.packing import pack
    from rag.answering.repeats import repeated

    budget = experiment.services.settings.answering.budget_tokens
    repeats = repeated(shown)
    fresh = [passage for passage in shown if passage.passage.id not in repeats]
    packed = pack(fresh, budget, experiment.embedder.count_tokens, question=question)
    return [passage.text for passage in packed.sources]

"""What was found for the parts of a question, put together as if one search had found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.documents import ScoredPassage
from rag.retrieval.retriever import Retrieval


def merged(whole: Retrieval, parts: Sequence[Retrieval]) -> Retrieval:
    """The question's retrieval with what was found for its parts, best first, each passage once.

    A score tells how well a passage meets its own query, and a short query is met better than a long one. So the best
    for each part is taken to be as good as the best for the question, and the others are behind it as they were.
    """
    best: dict[str, ScoredPassage] = {}
    for found in (whole, *parts):
        lift = _highest(whole) - _highest(found)
        for passage in found.passages:
            lifted = replace(passage, score=passage.score + lift)
            known = best.get(passage.passage.id)
            if known is None or known.score < lifted.score:
                best[passage.passage.id] = lifted
    ranking = sorted(best.values(), key=lambda passage: -passage.score)
    ranked = (replace(passage, rank=rank) for rank, passage in enumerate(ranking, start=1))
    return replace(whole, passages=tuple(ranked))


def _highest(found: Retrieval) -> float:
    return max((passage.score for passage in found.passages), default=0.0)

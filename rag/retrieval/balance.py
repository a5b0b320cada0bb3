"""Two documents that answer together: a comparison needs both, and the nearer must not fill the list alone.

Questions about one document have it well ahead of all others. Where a second comes close, its passages are lifted
nearly to the level of the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.retrieval.fusion import Candidate

CLOSE_BEHIND = 0.15
"""Difference of two documents' best scores. On dev, the right document of nine in ten questions about a single one is
further ahead than 0.1; the second of two is, at the median, 0.1 behind the first."""

SHARE_OF_THE_GAP = 0.9
"""What is best stays first: a document that is merely near must not pass the one that answers."""


def balanced(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, those of the second-best document lifted where it is close behind the best."""
    best: dict[str, float] = {}
    for candidate in candidates:
        document = candidate.passage.document_id
        best[document] = max(candidate.score, best.get(document, candidate.score))
    ranking = sorted(best, key=lambda document: (-best[document], document))[:2]
    if len(ranking) < 2 or best[ranking[0]] - best[ranking[1]] > CLOSE_BEHIND:
        return list(candidates)
    lift = SHARE_OF_THE_GAP * (best[ranking[0]] - best[ranking[1]])
    return [
        replace(candidate, lifted=lift) if candidate.passage.document_id == ranking[1] else candidate
        for candidate in candidates
    ]

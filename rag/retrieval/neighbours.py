"""Passages beside each other in a document: what one says is often about what stands around it.

A passage that goes on where a close one ends ("There are three exceptions …") may share no word and little meaning with
the question. It is drawn half of the way up to its closer neighbour, but never past the best few, which answer by
themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.retrieval.fusion import Candidate, best_first

DRAWN = 0.5
"""Share of the way. On dev, 0.3 to 0.7 lie within a point of evidence found in the first 1,000 words."""
UNMOVED = 5
"""The first so many stay. Were they drawn too, a question in the other language than its passage would lose two points
of R@5 on dev, to neighbours of wrong passages."""
MOST_CHARACTERS_BETWEEN = 4
"""White space between two passages of one document that follow each other."""


def drawn_to_neighbours(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates best first, each but the first few with what its closer neighbour among them adds to its score,
    at most up to theirs.
    """
    ranked = best_first(candidates)
    first, rest = ranked[:UNMOVED], ranked[UNMOVED:]
    if not rest:
        return ranked
    closest = _closest_neighbours(ranked)
    ceiling = first[-1].score
    return first + best_first(replace(candidate, drawn=_drawn(candidate, closest, ceiling)) for candidate in rest)


def _drawn(candidate: Candidate, closest: Mapping[str, float], ceiling: float) -> float:
    gain = DRAWN * (closest.get(candidate.passage.id, candidate.dense) - candidate.dense)
    return max(0.0, min(gain, ceiling - candidate.score))


def _closest_neighbours(candidates: Sequence[Candidate]) -> dict[str, float]:
    by_version: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_version[candidate.passage.version_id].append(candidate)
    closest: dict[str, float] = {}
    for of_version in by_version.values():
        of_version.sort(key=lambda candidate: candidate.passage.span)
        for before, after in pairwise(of_version):
            if after.passage.span.start - before.passage.span.end <= MOST_CHARACTERS_BETWEEN:
                closest[after.passage.id] = max(before.dense, closest.get(after.passage.id, -1.0))
                closest[before.passage.id] = max(after.dense, closest.get(before.passage.id, -1.0))
    return closest

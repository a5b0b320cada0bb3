"""What was found for the parts of a question, put together: every part has its share of the budget and of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Final

from rag.answering.packing import CountTokens, Packed, pack
from rag.documents import ScoredPassage
from rag.retrieval.retriever import Retrieval

PARTS_SHARE: Final = 0.8
"""Of the budget, for the parts; the rest is for the question as a whole."""


def merged(whole: Retrieval, parts: Sequence[Retrieval]) -> Retrieval:
    """The question's retrieval with what was found for its parts, in turn, each passage once under its new rank."""
    rows = zip_longest(whole.passages, *(part.passages for part in parts))
    passages = {found.passage.id: found for found in chain.from_iterable(rows) if found is not None}
    ranked = tuple(replace(found, rank=rank) for rank, found in enumerate(passages.values(), start=1))
    return replace(whole, passages=ranked)


def pack_parts(whole: Retrieval, parts: Sequence[Retrieval], budget_tokens: int, count_tokens: CountTokens) -> Packed:
    """Sources within the budget: the best for each part within its share of it, then the best for the question."""
    if not parts:
        return pack(whole.passages, budget_tokens, count_tokens, question=whole.question)
    share = int(PARTS_SHARE * budget_tokens / len(parts))
    taken: dict[str, ScoredPassage] = {}
    used = 0
    for found, budget in [*((part, share) for part in parts), (whole, budget_tokens)]:
        left = [passage for passage in found.passages if passage.passage.id not in taken]
        packed = pack(left, min(budget, budget_tokens - used), count_tokens, question=found.question)
        if packed.tokens <= budget_tokens - used:
            taken |= {source.passage.id: source for source in packed.sources}
            used += packed.tokens
    known = {found.passage.id for one in (whole, *parts) for found in one.passages}
    return Packed(tuple(taken.values()), used, len(known) - len(taken))

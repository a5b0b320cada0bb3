"""A document cut into parts that a chat model reads one at a time: sections together, where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.packing import CountTokens, blocks
from rag.documents import ScoredPassage
from rag.models.embedding import Vectors
from rag.retrieval.question_words import header

LEAST_FILLED = 0.5
"""Share of a part's size from which it ends where a section does, rather than in the middle of the next."""


@dataclass(frozen=True, slots=True)
class Part:
    """Passages that follow one another; `first` is the place of the first one in the document."""

    passages: tuple[ScoredPassage, ...]
    first: int
    tokens: int

    @property
    def heading(self) -> str:
        """What the part stands under at its beginning."""
        return header(self.passages[0])

    def vectors_in(self, vectors: Vectors) -> Vectors:
        return vectors[self.first : self.first + len(self.passages)]


def split_parts(passages: Sequence[ScoredPassage], part_tokens: int, count_tokens: CountTokens) -> list[Part]:
    """The document in parts of up to `part_tokens`, in reading order; a longer passage is a part of its own.

    A part ends with its section, if it is half full by then.
    """
    sizes = count_tokens([passage.text for passage in passages]) if passages else []
    parts: list[Part] = []
    start = used = 0
    for place, (passage, size) in enumerate(zip(passages, sizes, strict=True)):
        opens = place > start and header(passage) != header(passages[place - 1])
        is_filled = used + size > part_tokens or (opens and used >= LEAST_FILLED * part_tokens)
        if place > start and is_filled:
            parts.append(Part(tuple(passages[start:place]), start, used))
            start, used = place, 0
        used += size
    if start < len(passages):
        parts.append(Part(tuple(passages[start:]), start, used))
    return parts


def affordable(parts: Sequence[Part], budget_tokens: int, vectors: Vectors, centre: np.ndarray) -> list[Part]:
    """The parts that fit the budget, those first that are nearest to what the document speaks of on the whole.

    The first of these always goes in.
    """
    nearness = [float((part.vectors_in(vectors) @ centre).mean()) for part in parts]
    ranked = sorted(range(len(parts)), key=lambda n: -nearness[n])
    taken: list[Part] = []
    used = 0
    for part in (parts[n] for n in ranked):
        if not taken or used + part.tokens <= budget_tokens:
            taken.append(part)
            used += part.tokens
    return taken


def shown_sections(part: Part) -> list[Sequence[ScoredPassage]]:
    """The passages of a part by the headers that they stand under, as a prompt shows them."""
    return list(blocks(part.passages))

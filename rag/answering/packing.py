"""Which sources go into the prompt: the best that fit a budget of tokens, and so of the wait for the first word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.documents import ScoredPassage

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Packed:
    """Sources in the order of the prompt, best first; `left_out` counts those that the budget had no room for."""

    sources: tuple[ScoredPassage, ...]
    tokens: int
    left_out: int


def pack(passages: Sequence[ScoredPassage], budget_tokens: int, count_tokens: CountTokens) -> Packed:
    """Take passages in their order while they fit; the first always goes in, since an empty prompt helps nobody.

    A passage that does not fit does not stop shorter ones behind it.
    """
    sizes = count_tokens([as_source(passage) for passage in passages]) if passages else []
    taken: list[ScoredPassage] = []
    used = 0
    for passage, size in zip(passages, sizes, strict=True):
        if not taken or used + size <= budget_tokens:
            taken.append(passage)
            used += size
    return Packed(tuple(taken), used, len(passages) - len(taken))


def as_source(passage: ScoredPassage) -> str:
    """A passage as the prompt shows it: its header, so that the model knows what it speaks of, then its text."""
    header = passage.passage.context or passage.title
    return f"{header}\n{passage.text}"

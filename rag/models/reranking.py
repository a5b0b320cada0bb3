"""The role of a reranker: a question and texts in, a score for each out. Compute is plain and synchronous."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Reads a question together with each text, which tells more than comparing their vectors, and takes longer."""

    @property
    def name(self) -> str: ...

    def warm(self) -> None:
        """Load what the first call would otherwise wait for. May be repeated; raises ModelUnloadable."""
        ...

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        """How well each text answers the question, in the order of the texts; higher is better.

        None for a text that it leaves unjudged. Scores of one call compare with each other, and need not with those of
        another. Raises RerankerUnavailable.
        """
        ...

    def close(self) -> None: ...

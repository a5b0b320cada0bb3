"""What is compared: something that indexes documents and finds passages of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.evaluation.datasets import CorpusDocument

PASSAGES = 20
"""What each system is asked for: enough to fill the first 1,000 words."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as a reader sees it, of the document with that corpus id."""

    document: str
    text: str


class Unavailable(Exception):
    """A system that cannot run here, and why."""


class System(Protocol):
    def index(self, documents: Sequence[CorpusDocument]) -> None:
        """Make everything searchable. Raises Unavailable."""
        ...

    def search(self, question: str) -> list[Found]:
        """At most `PASSAGES`, best first."""
        ...

    def close(self) -> None: ...

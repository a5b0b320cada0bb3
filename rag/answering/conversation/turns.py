"""What was said before a question: earlier questions, their answers, and the places that these cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.documents import Span

LATEST = 3
"""Turns that a follow-up is read against; what it means seldom lies further back."""
_LONGEST_ANSWER = 400
"""Characters of an answer that a follow-up may refer to."""
_MARK = re.compile(r" ?\[\d+\]")


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """A place that an earlier answer cited, and the number that it was shown under."""

    marker: int
    version_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, as they were shown. `standalone_question` is what a follow-up was condensed to."""

    question: str
    answer: str = ""
    citations: tuple[CitedPlace, ...] = ()
    is_refused: bool = False
    standalone_question: str = ""

    @property
    def said(self) -> str:
        """The beginning of the answer without its marks; nothing where it was refused: a refusal says nothing."""
        return "" if self.is_refused else _MARK.sub("", self.answer)[:_LONGEST_ANSWER]


History = Sequence[Turn]
"""Earlier turns, in the order in which they were asked."""

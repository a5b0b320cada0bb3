"""What an answer tells while it is made, in this order: sources, text and sentences in turn, the whole.

Steps beside those that every question takes are told when they are done: before the sources, after them, or at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.citations import Answer, Citation, SentenceSupport, Step
from rag.documents import ScoredPassage


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A follow-up was condensed, or the effort `deep` went one step further."""

    step: Step


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Retrieval is done: what the answer will be written from, best first. Told anew after further searches."""

    passages: tuple[ScoredPassage, ...]


@dataclass(frozen=True, slots=True)
class TextWritten:
    """Unverified text, as the model writes it; only under the policies that show unverified text."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A sentence is finished and verified. One that is `held_back` is not part of the answer's text.

    `citations` are those that this sentence is the first to use.
    """

    sentence: SentenceSupport
    citations: tuple[Citation, ...]
    held_back: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer, which supersedes all that went before."""

    answer: Answer


Event = StepTaken | SourcesFound | TextWritten | SentenceChecked | Answered

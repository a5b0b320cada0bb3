"""What is known of one question while its answer is made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.answering.context import Context
from rag.answering.conversation.condensing import Condensed
from rag.answering.conversation.numbering import Numbering
from rag.answering.conversation.turns import History
from rag.answering.draft import Draft
from rag.answering.effort import Pace
from rag.answering.events import StepTaken
from rag.answering.evidence import Evidence
from rag.answering.refusals import declines
from rag.answering.surroundings import Surroundings
from rag.answering.telling import RESTATES
from rag.citations import AnswerMode, Conflict, SentenceSupport, Step, Usage
from rag.documents import Language
from rag.retrieval.centres import Centres
from rag.retrieval.retriever import Retrieval


@dataclass
class Work:
    """`asked` is the question as it was put, which `condensed` makes stand alone where it did not; `waited_s` are the
    seconds before retrieval. `parts` are what was found for each part of a question that was planned.
    """

    retrieval: Retrieval
    asked: str = ""
    pace: Pace = field(default_factory=Pace)
    history: History = ()
    steps: list[Step] = field(default_factory=list)
    parts: Sequence[Retrieval] = ()
    waited_s: float = 0.0
    condensed: Condensed | None = None
    draft: Draft = field(default_factory=Draft)
    evidence: Evidence | None = None
    surroundings: Surroundings | None = None
    evidence_score: float | None = None
    is_judged: bool = False
    is_chat_down: bool = False
    mode: AnswerMode = AnswerMode.GENERATED
    context: Context | None = None
    conflicts: tuple[Conflict, ...] = ()
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        if self.history:
            self.start_over()

    def start_over(self, dropped: list[SentenceSupport] | None = None) -> None:
        """An empty draft, whose numbers go on from those of the conversation."""
        self.draft = Draft(Numbering(self.history), dropped=dropped or [])

    def took(self, step: Step) -> StepTaken:
        self.steps.append(step)
        return StepTaken(step)

    @property
    def seconds(self) -> float:
        """From the question to now."""
        return self.waited_s + self.retrieval.seconds + time.perf_counter() - self.started

    def clock(self, name: str) -> None:
        """Note the seconds from the question to here, once for each name."""
        self.timings.setdefault(name, round(self.seconds, 3))

    @property
    def centres(self) -> Centres:
        return self.retrieval.centres

    @property
    def language(self) -> Language:
        return self.retrieval.language

    def is_likely_answered(self, probability: float) -> bool:
        """Whether a judge was asked, and the sources answer the question with at least this probability."""
        return self.is_judged and (self.evidence_score or 0.0) >= probability

    @property
    def has_declined(self) -> bool:
        """Whether the model began by saying that the sources do not tell: what it adds is then guesswork."""
        return not self.draft.sentences and any(declines(sentence.text) for sentence in self.draft.dropped)

    @property
    def has_restated(self) -> bool:
        """Whether nothing came of the question but the question."""
        dropped = self.draft.dropped
        return bool(dropped) and all(any(check.name == RESTATES for check in one.checks) for one in dropped)

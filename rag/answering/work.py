"""What is known of one question while its answer is made."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rag.answering.context import Context
from rag.answering.draft import Draft
from rag.answering.evidence import Evidence
from rag.answering.surroundings import Surroundings
from rag.citations import AnswerMode, Conflict, Usage
from rag.documents import Language
from rag.retrieval.centres import Centres
from rag.retrieval.retriever import Retrieval


@dataclass
class Work:
    retrieval: Retrieval
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

    def clock(self, name: str) -> None:
        """Note the seconds from the question to here, once for each name."""
        self.timings.setdefault(name, round(time.perf_counter() - self.started + self.retrieval.seconds, 3))

    @property
    def centres(self) -> Centres:
        return self.retrieval.centres

    @property
    def language(self) -> Language:
        return self.retrieval.language

    def is_likely_answered(self, probability: float) -> bool:
        """Whether a judge was asked, and the sources answer the question with at least this probability."""
        return self.is_judged and (self.evidence_score or 0.0) >= probability

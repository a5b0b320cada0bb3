"""What an answer says and what it rests on: citations, the support of each sentence, refusals. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from rag.documents import Box, Language, ScoredPassage, Span


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement about stored text: in this version, at this span, stand exactly these words.

    `marker` is the number shown in the answer as `[n]`; `text[span.start:span.end] == quote` always holds.
    """

    marker: int
    document_id: str
    version_id: str
    passage_id: str
    title: str
    uri: str
    span: Span
    quote: str
    pages: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()


class SupportStatus(StrEnum):
    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Check:
    """One test that a sentence was put to against its quotes, and what came of it."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """A sentence of an answer: where it stands in the answer's text, what it rests on, and whether that holds."""

    span: Span
    text: str
    status: SupportStatus
    markers: tuple[int, ...] = ()
    checks: tuple[Check, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """What one document says: `stated` is the words in which it differs, in the quote of the citation.

    `date` is the one that the document was given, or else that of its version, as `is_date_stated` tells.
    """

    citation: Citation
    stated: str
    date: datetime
    is_date_stated: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two documents that say different things of one: in a quantity, a date or by a denial (`kind`).

    The side of the later date is the first. `newer_wins` says that the documents are nearly the same one, so that the
    first side is what holds. Markers of sides that the answer does not cite go on from its own.
    """

    kind: str
    sides: tuple[ConflictSide, ConflictSide]
    newer_wins: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A passage that was found and did not go into the prompt: for want of room, or as a repeat of a better one."""

    passage_id: str
    reason: Literal["budget", "repeats"]


@dataclass(frozen=True, slots=True)
class ContextReport:
    """What a prompt held of the passages found, by their ids, in the order in which they were taken.

    `limited_by` names the setting, or the model's own limit, that `budget_tokens` of source text follow from.
    """

    budget_tokens: int
    limited_by: Literal["budget_tokens", "budget_s", "budget_cost", "context_tokens"]
    tokens: int
    packed: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


class RefusalReason(StrEnum):
    NO_DOCUMENTS = "no-documents"
    NO_EVIDENCE = "no-evidence"
    MODEL_DECLINED = "model-declined"
    UNSUPPORTED_ANSWER = "unsupported-answer"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The documents do not tell: why we say so, in the question's language. It carries no citation and no claim."""

    reason: RefusalReason
    message: str


class AnswerMode(StrEnum):
    GENERATED = "generated"
    EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Effort(StrEnum):
    """How much is done for an answer: the least wait, the usual, or evidence for every part of the question."""

    FAST = "fast"
    STANDARD = "standard"
    DEEP = "deep"


class StepKind(StrEnum):
    CONDENSE = "condense"
    PLAN = "plan"
    SEARCH = "search"
    FOLLOW = "follow"
    RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way to an answer, beside those that every question takes.

    `text` is what came of it: the condensed question, the plan, what was searched for. `passages` counts what a search
    found that was not there before; `by` says whether a rule or the model did it.
    """

    kind: StepKind
    text: str
    seconds: float
    passages: int = 0
    by: Literal["rule", "model"] = "rule"


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `text` carries the marks `[n]`; it is the refusal's message when the answer was refused.

    `dropped` are sentences that the model wrote and verification kept from the reader. `timings` are in seconds.
    `standalone_question` is what a follow-up was condensed to; None for a question that stood alone.
    `evidence_score` is what was held against `answering.evidence_threshold`; None where nothing was there to compare.
    `conflicts` are what other documents say against the answer; `context` is what it was written from.
    """

    question: str
    language: Language
    text: str
    mode: AnswerMode
    sentences: tuple[SentenceSupport, ...] = ()
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    dropped: tuple[SentenceSupport, ...] = ()
    retrieved: tuple[ScoredPassage, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    timings: Mapping[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    evidence_score: float | None = None
    standalone_question: str | None = None
    effort: Effort = Effort.STANDARD
    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    context: ContextReport | None = None

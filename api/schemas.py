"""What crosses the wire. Field names are those of the records; each schema is made from one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from api.filters import FilterIn, MetadataIn
from rag.answering.whole.records import SummaryLength
from rag.citations import AnswerMode, Effort, RefusalReason, StepKind, SupportStatus
from rag.documents import Language, VersionStatus

Collection = Annotated[str, StringConstraints(pattern=r"^[^\s/\\]{1,64}$")]
MOST_TURNS = 50
MOST_HISTORY_CHARACTERS = 100_000
QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Schema(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="forbid")


class SpanOut(Schema):
    """Half-open character offsets into the version's text."""

    start: int
    end: int


class BoxOut(Schema):
    """A rectangle on a page, in fractions of its width and height from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class PassageOut(Schema):
    """A passage as retrieval found it; `why` names the legs and what each gave it."""

    id: str
    document_id: str
    version_id: str
    collection: str
    title: str
    uri: str
    span: SpanOut
    text: str
    context: str
    language: Language
    pages: list[int]
    score: float
    rank: int
    why: dict[str, float]


class CitationOut(Schema):
    """In this version, at this span, stand exactly these words. `page_url` shows them where the format has pages."""

    marker: int
    document_id: str
    version_id: str
    passage_id: str
    title: str
    uri: str
    span: SpanOut
    quote: str
    pages: list[int]
    boxes: list[BoxOut]
    page_url: str | None = None


class CheckOut(Schema):
    name: str
    passed: bool
    detail: str


class SentenceOut(Schema):
    """A sentence of the answer: where it stands in `text`, the marks it carries, and whether its quotes support it."""

    span: SpanOut
    text: str
    status: SupportStatus
    markers: list[int]
    checks: list[CheckOut]
    score: float


class RefusalOut(Schema):
    reason: RefusalReason
    message: str


class UsageOut(Schema):
    prompt_tokens: int
    completion_tokens: int


class StepOut(Schema):
    """A step beside those that every question takes. `passages` counts what a search found that was new."""

    kind: StepKind
    text: str
    seconds: float
    passages: int
    by: Literal["rule", "model"]


class ConflictSideOut(Schema):
    """What one document says, in the words `stated` of its quote, and the document's date."""

    citation: CitationOut
    stated: str
    date: datetime
    is_date_stated: bool = Field(description="Whether the document was given this date, or was added on it.")


class ConflictOut(Schema):
    """Two documents that say different things of one; the later one first.

    `newer_wins`: they are nearly the same document, so that the first side holds. Markers go on from the answer's own.
    """

    kind: Literal["quantity", "date", "polarity"]
    sides: list[ConflictSideOut]
    newer_wins: bool


class LeftOutOut(Schema):
    passage_id: str
    reason: Literal["budget", "repeats"]


class ContextOut(Schema):
    """What the prompt holds of the passages found, by their ids, what it does not and why.

    `limited_by` is the setting, or the model's `context_tokens`, that `budget_tokens` of source text follow from.
    """

    budget_tokens: int
    limited_by: Literal["budget_tokens", "budget_s", "budget_cost", "context_tokens"]
    tokens: int
    packed: list[str]
    left_out: list[LeftOutOut]


class EstimateOut(Schema):
    """What an answer would take: `completion_tokens` at most, `seconds` and `cost` with so many.

    `seconds` is null until the model was timed on this machine; everything is 0 where no chat model is asked.
    """

    question: str
    language: Language
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    cost: float
    currency: str
    context: ContextOut


class AnswerOut(Schema):
    question: str
    language: Language
    text: str
    mode: AnswerMode
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    refusal: RefusalOut | None
    dropped: list[SentenceOut]
    retrieved: list[PassageOut]
    model: str
    usage: UsageOut
    timings: dict[str, float]
    notices: list[str]
    standalone_question: str | None = Field(
        None, description="What a follow-up was understood as; null for a question that stood alone."
    )
    effort: Effort = Effort.STANDARD
    steps: list[StepOut] = []
    conflicts: list[ConflictOut] = []
    context: ContextOut | None = None


class SummaryIn(Schema):
    length: SummaryLength = SummaryLength.MEDIUM
    language: Literal["zh", "en"] | None = Field(None, description="Without it, the document's own.")
    extractive: bool = Field(False, description="The document's own central sentences, without the chat model.")


class CoverageOut(Schema):
    """How many parts of the document the chat model read, and under which headings those stand that it did not."""

    parts: int
    read: int
    left_out: list[str]


class SummaryOut(Schema):
    document_id: str
    version_id: str
    title: str
    language: Language
    length: SummaryLength
    text: str
    mode: AnswerMode
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    dropped: list[SentenceOut]
    coverage: CoverageOut | None = Field(description="None where no chat model wrote it.")
    model: str
    usage: UsageOut
    timings: dict[str, float]
    notices: list[str]


class ComparisonIn(Schema):
    documents: list[str] = Field(min_length=2, max_length=2, description="The ids of two documents.")
    question: str = Field("", max_length=4000, description="In which respect; without it, in all.")
    language: Literal["zh", "en"] | None = Field(
        None, description="Without it, that of the question, or of the first document."
    )
    extractive: bool = Field(False, description="Like sentences of both, without the chat model.")


class ComparedOut(Schema):
    document_id: str
    version_id: str
    title: str


class DifferenceOut(Schema):
    """What the one and the other state in two like sentences. Markers go on from those of the text."""

    kind: Literal["quantity", "date", "polarity"]
    citations: list[CitationOut]
    stated: list[str]
    closeness: float


class ComparisonOut(Schema):
    documents: list[ComparedOut]
    question: str
    language: Language
    text: str
    mode: AnswerMode
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    differences: list[DifferenceOut]
    dropped: list[SentenceOut]
    model: str
    usage: UsageOut
    timings: dict[str, float]
    notices: list[str]


class SearchIn(Schema):
    query: QuestionText
    collection: Collection | None = None
    filter: FilterIn | None = None
    limit: int = Field(10, ge=1, le=100)


class SearchOut(Schema):
    query: str
    language: Language
    passages: list[PassageOut]
    seconds: float
    notices: list[str] = []


class CitedIn(BaseModel):
    """A citation as an earlier answer gave it; more of its fields may be sent and are not looked at."""

    marker: int = Field(ge=1, le=1_000_000)
    version_id: str = Field(max_length=64)
    span: SpanOut


class TurnIn(Schema):
    """An earlier question and what was answered: `text`, `citations` and `standalone_question` of that answer."""

    question: QuestionText
    answer: str = Field("", max_length=MOST_HISTORY_CHARACTERS)
    citations: list[CitedIn] = Field([], max_length=2000)
    refused: bool = Field(False, description="Whether the answer was a refusal, whose words then mean nothing.")
    standalone_question: QuestionText | None = None


class AnswerIn(Schema):
    question: QuestionText
    history: list[TurnIn] = Field(
        [],
        max_length=MOST_TURNS,
        description="What was asked and answered before, in order: a follow-up is read against it, and the numbers "
        "of places cited before go on to mean them. 100,000 characters at most.",
    )
    effort: Effort | None = Field(None, description="How much is done; null takes `answering.effort`.")
    collection: Collection | None = None
    filter: FilterIn | None = None
    extractive: bool = Field(False, description="Answer with the documents' own sentences, without the chat model.")

    @field_validator("history")
    @classmethod
    def _is_bounded(cls, turns: list[TurnIn]) -> list[TurnIn]:
        if sum(len(turn.question) + len(turn.answer) for turn in turns) > MOST_HISTORY_CHARACTERS:
            raise ValueError(
                f"the history has more than {MOST_HISTORY_CHARACTERS} characters: leave out the oldest turns"
            )
        return turns


class ProblemOut(BaseModel):
    """RFC 9457 problem details, with this service's stable `code` and the blanks of its message."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    details: dict[str, Any]


class FailureOut(Schema):
    code: str
    message: str


class JobOut(Schema):
    """The work on one submitted file. `done` of `total` counts pages while they are read and recognised, then
    passages while they are embedded.
    """

    id: str
    document_id: str
    version_id: str
    collection: str
    name: str
    content_hash: str = ""
    media_type: str = ""
    status: Literal["queued", "running", "paused", "succeeded", "failed", "cancelled", "quarantined", "unchanged"]
    stage: str
    done: int
    total: int
    attempts: int = 0
    priority: int = 0
    failure: FailureOut | None
    created_at: datetime
    updated_at: datetime


class JobListOut(Schema):
    jobs: list[JobOut]
    next: str | None = Field(None, description="Give this as `after` to read on.")


class JobCountersOut(Schema):
    """Jobs by status, and what the documents that can be found hold together."""

    jobs: dict[str, int]
    documents: int
    pages: int
    passages: int


class PageQualityOut(Schema):
    number: int
    score: float
    trouble: str


class QualityOut(Schema):
    """How readable the text is: `score` from 1, sound, to 0, soup, with what it is made of, and the worst pages."""

    score: float
    characters: int
    readable_share: float
    garbled_share: float
    misdecoded_share: float
    rare_share: float
    scattered_share: float
    pages: int
    empty_pages: int
    confidence: float | None
    scripts: dict[str, float]
    poor_pages: list[PageQualityOut]


class NearDuplicateOut(Schema):
    document_id: str
    title: str
    likeness: float


class VersionOut(Schema):
    id: str
    status: VersionStatus
    content_hash: str
    parser: str
    language: Language
    size_bytes: int
    characters: int
    pages: int
    passages: int
    created_at: datetime
    superseded_by: str | None
    warnings: list[str]
    near_duplicates: list[NearDuplicateOut] = Field(
        [], description="Documents of the collection that said nearly the same when this version was published."
    )
    quality: QualityOut | None = Field(None, description="None for a version that was not read yet.")


class DocumentOut(Schema):
    id: str
    collection: str
    title: str
    uri: str
    media_type: str
    created_at: datetime
    metadata: dict[str, str]
    parent_id: str | None = Field(None, description="The document that this one is attached to, as to a mail.")
    live_version: VersionOut | None
    job: JobOut | None = Field(description="The latest job of this document, with its failure if it failed.")


class DocumentDetailOut(DocumentOut):
    versions: list[VersionOut]
    attachments: list[DocumentOut] = Field([], description="What is attached to it, each a document of its own.")


class DocumentListOut(Schema):
    documents: list[DocumentOut]
    next: str | None = Field(None, description="Give this as `after` to read on.")


class UrlIn(Schema):
    url: str = Field(min_length=1, max_length=4096, description="http or https; public addresses only.")
    collection: Collection = "default"
    title: str = Field("", max_length=500)
    metadata: MetadataIn | None = Field(None, description="Without it, the document keeps what it has.")


class MoveIn(Schema):
    uri: str = Field(min_length=1, max_length=4096)


class SubmissionOut(Schema):
    """What became of an upload: `submitted` (a job works on it), `pending` (one already did) or `unchanged`."""

    outcome: Literal["submitted", "pending", "unchanged"]
    document_id: str
    job: JobOut | None


class QuoteOut(Schema):
    """The words at a span and around it, and what became of the version that they stand in."""

    before: str
    quote: str
    after: str
    title: str
    status: VersionStatus
    superseded_by: str | None = Field(None, description="The later version, when `status` is superseded.")


class HealthOut(Schema):
    status: Literal["ok", "starting", "unavailable"]
    checks: dict[str, str] = {}

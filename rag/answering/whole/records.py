"""What is said of whole documents, and what is told while it is made. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rag.answering.events import SentenceChecked
from rag.citations import AnswerMode, Citation, SentenceSupport, Usage
from rag.documents import Language


class SummaryLength(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    @property
    def sentences(self) -> int:
        """The most sentences that a summary of this length has."""
        return {"short": 3, "medium": 6, "long": 12}[self.value]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a document a chat model read: `left_out` names the headings of the parts that it did not."""

    parts: int
    read: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A checked summary of one version. `text` carries the marks `[n]`; `dropped` are sentences that were held back.

    `coverage` is None where no chat model wrote it: then the sentences were chosen from the whole document.
    """

    document_id: str
    version_id: str
    title: str
    language: Language
    length: SummaryLength
    text: str
    mode: AnswerMode
    sentences: tuple[SentenceSupport, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: tuple[SentenceSupport, ...] = ()
    coverage: Coverage | None = None
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    timings: Mapping[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """One of two documents that are compared."""

    document_id: str
    version_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A quantity, a date or a denial (`kind`) in which two like sentences differ, `stated` in the one and the other."""

    kind: str
    citations: tuple[Citation, Citation]
    stated: tuple[str, str]
    closeness: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A checked comparison of two versions. `differences` are found by rule, whoever wrote the text; in its marks and
    theirs, the numbers are the same.
    """

    documents: tuple[Compared, Compared]
    question: str
    language: Language
    text: str
    mode: AnswerMode
    sentences: tuple[SentenceSupport, ...] = ()
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    dropped: tuple[SentenceSupport, ...] = ()
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    timings: Mapping[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonMade:
    """The whole comparison, which supersedes all that went before."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` parts are read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Summarised:
    """The whole summary, which supersedes all that went before."""

    summary: Summary


SummaryEvent = Progress | SentenceChecked | Summarised
ComparisonEvent = Progress | SentenceChecked | ComparisonMade

"""What an organisation's documents become: documents, versions, elements, passages. Frozen records, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

Language = Literal["zh", "en", "other"]
LANGUAGES: tuple[Language, ...] = ("zh", "en", "other")


class Span(NamedTuple):
    """Half-open character offsets into the stored text of one document version."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def shifted(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class Box(NamedTuple):
    """A rectangle on a page, in fractions of the page's width and height, measured from its top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Page(NamedTuple):
    """One page of a paged format. `number` counts from 1; width and height are in points (1/72 inch).

    `confidence` is that of recognised text, from 0 to 1; None for a page whose text was in the file.
    """

    number: int
    span: Span
    width: float
    height: float
    confidence: float | None = None


class ElementKind(StrEnum):
    TITLE = "title"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CAPTION = "caption"
    CODE = "code"
    FURNITURE = "furniture"
    """What a page repeats around its text, such as a running header: stored once, and never in a passage."""


@dataclass(frozen=True, slots=True)
class Element:
    """A structural unit of a version's text.

    `page` is None for formats without pages. `heading_path` names the sections that the element stands in, outermost
    first, and does not include the element itself. `header` is the header row of a table, as it stands in the text.
    """

    kind: ElementKind
    span: Span
    page: int | None = None
    heading_path: tuple[str, ...] = ()
    header: Span | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What parsing understood of one file: the text that citations point into, and its structure.

    `elements` are in reading order, do not overlap, and each span lies within `text`. `pages` is empty for formats
    without pages. `warnings` are remarks for the person who added the file, such as replaced characters.
    """

    text: str
    elements: tuple[Element, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    parser: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on another one, as on a mail, where no other has its name. `content` is None where the mail
    names the file and does not hold it.
    """

    name: str
    content: bytes | None


class VersionStatus(StrEnum):
    PROCESSING = "processing"
    LIVE = "live"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


class PageQuality(NamedTuple):
    """A page that is not sound: how readable, from 0 to 1, and what is wrong with it."""

    number: int
    score: float
    trouble: str


class NearDuplicate(NamedTuple):
    """A document that says nearly the same; `likeness` is the share of what the two have in common, up to 1."""

    document_id: str
    title: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How readable a parsed text is. `score` sums it up: 1 is sound, 0 is soup.

    Shares are of the characters that are no blanks, those of `rare` and `scattered` of the letters. `confidence` is the
    mean of the pages whose text was recognised, None without such pages. `poor_pages` are the worst, at most fifty.
    """

    score: float
    characters: int
    readable_share: float
    garbled_share: float
    misdecoded_share: float = 0.0
    rare_share: float = 0.0
    scattered_share: float = 0.0
    pages: int = 0
    empty_pages: int = 0
    confidence: float | None = None
    scripts: Mapping[str, float] = field(default_factory=dict)
    poor_pages: tuple[PageQuality, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What the organisation calls one thing. `uri` names its source and is unique within its collection.

    `validators` are what a web server knows the file's state by, under the names of its headers. `parent_id` names the
    document that this one is attached to.
    """

    id: str
    collection: str
    title: str
    uri: str
    media_type: str
    created_at: datetime
    live_version: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    validators: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One parsed state of a document. Its text is stored once and never changes, so that citations keep resolving.

    `near_duplicates` are the documents that said nearly the same when this version was published.
    """

    id: str
    document_id: str
    content_hash: str
    status: VersionStatus
    parser: str
    size_bytes: int
    characters: int
    pages: int
    passages: int
    created_at: datetime
    language: Language = "other"
    superseded_by: str | None = None
    warnings: tuple[str, ...] = ()
    quality: Quality | None = None
    near_duplicates: tuple[NearDuplicate, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded, retrieved and cited: a span of a version's text.

    `context` is the header (document title › heading path, and a table's header row) that retrieval sees before the
    text; it is never quoted.
    """

    id: str
    document_id: str
    version_id: str
    collection: str
    span: Span
    context: str
    language: Language
    kinds: tuple[ElementKind, ...] = ()
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage with its text, as retrieval found it. `why` names the legs that did and what each gave it."""

    passage: Passage
    text: str
    title: str
    uri: str
    score: float
    rank: int
    why: Mapping[str, float] = field(default_factory=dict)

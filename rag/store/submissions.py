"""What is handed in, and what becomes of it. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rag.documents import Document
from rag.errors import ChuchuError
from rag.store.jobs import Job


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file whose bytes already lie in the blob store under `blob_key`.

    `uri` names its source: within a collection, the same uri is the same document. `content_hash` is the SHA-256 of
    the bytes and `parser_version` the parser that would read them now; a change of either asks for a new version.
    Without `metadata`, the document keeps what it has. `parent_id` names the document that it is attached to.
    """

    collection: str
    uri: str
    title: str
    media_type: str
    content_hash: str
    blob_key: str
    size_bytes: int
    name: str
    parser_version: str
    metadata: Mapping[str, str] | None = None
    priority: int = 0
    validators: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that hangs on another, as its document is to be made of it. `failure` says why it will not be read."""

    name: str
    media_type: str
    content_hash: str
    blob_key: str
    size_bytes: int
    failure: ChuchuError | None = None


class SubmissionOutcome(StrEnum):
    SUBMITTED = "submitted"
    PENDING = "pending"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Submission:
    """`submitted`: a new job works on it; `pending`: `job` already did; `unchanged`: it is live, there is no job."""

    document: Document
    job: Job | None
    outcome: SubmissionOutcome

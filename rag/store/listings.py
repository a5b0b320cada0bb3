"""What the document store answers with, beyond the documents themselves. Frozen, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from rag.documents import Document, DocumentVersion
from rag.store.jobs import Job


@dataclass(frozen=True, slots=True)
class DocumentListing:
    """A document with its live version and its latest job, so that one which failed shows its reason."""

    document: Document
    version: DocumentVersion | None
    job: Job | None


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """What a search shows of the version that a passage belongs to."""

    document_id: str
    title: str
    uri: str


@dataclass(frozen=True, slots=True)
class CollectionSize:
    """A collection that holds documents; `live` counts those that can be found."""

    name: str
    documents: int
    live: int


@dataclass(frozen=True, slots=True)
class Original:
    """The file that a version was made from: where its bytes lie, and what to call it."""

    blob_key: str
    name: str
    media_type: str
    size_bytes: int

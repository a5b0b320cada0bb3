"""The work on one submitted file, as it is recorded. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rag.errors import ChuchuError, from_code


class JobStatus(StrEnum):
    """`paused` waits for somebody to resume it. `quarantined` ended, but somebody may release it. `unchanged` is never
    stored: doors show it for a submission that needed no job.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    QUARANTINED = "quarantined"
    UNCHANGED = "unchanged"


INTERACTIVE, BULK = 10, 0
"""Priorities: of what somebody waits for, and of what comes by the folder."""

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
"""What the worker is to do."""
UNFINISHED = (*ACTIVE, JobStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class JobCounters:
    """Jobs by status, absent where there is none; and the live documents with their pages and passages."""

    jobs: Mapping[JobStatus, int]
    documents: int
    pages: int
    passages: int


@dataclass(frozen=True, slots=True)
class Job:
    """One submitted file on its way to a live version.

    `name` is the file's name and `title` the title that came with it, if any. `done` of `total` counts whatever
    `stage` works on. `attempts` counts starts, so that a job which keeps killing its worker can be told. `metadata` is
    the document's, as it is when the job is read. `released` says that somebody let the file out of quarantine.
    """

    id: str
    document_id: str
    version_id: str
    collection: str
    name: str
    title: str
    uri: str
    blob_key: str
    content_hash: str
    media_type: str
    size_bytes: int
    status: JobStatus
    stage: str
    done: int
    total: int
    created_at: datetime
    updated_at: datetime
    attempts: int = 0
    priority: int = 0
    error_code: str | None = None
    error_details: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    released: bool = False

    @property
    def finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def failure(self) -> ChuchuError | None:
        """The error that ended the job, ready to be rendered in the reader's language."""
        return None if self.error_code is None else from_code(self.error_code, self.error_details)

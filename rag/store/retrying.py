"""Handing in once more what failed. One transaction, the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.errors import JobNotRetryable
from rag.store.jobs import JobStatus
from rag.store.rows import lock_document, lock_job
from rag.store.submissions import NewDocument
from rag.store.submitting import queue

_RETRYABLE = (JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.QUARANTINED)


async def retry(connection: AsyncConnection, job_id: str, new_id: str, parser_version: str, now: datetime) -> Row[Any]:
    """A new job and a new version of the same bytes: what is left of the first may still be on its way out."""
    job = await lock_job(connection, job_id)
    document = await lock_document(connection, job.document_id)
    if job.status not in _RETRYABLE or document is None or document.deleted_at is not None:
        raise JobNotRetryable(job_id=job_id, reason=f"it is {job.status}")
    if document.submissions != job.number:
        raise JobNotRetryable(job_id=job_id, reason="its file was handed in again since")
    if not job.blob_key:
        raise JobNotRetryable(job_id=job_id, reason="its file was refused before it was stored")
    return await queue(connection, document, _same_file(job, parser_version), new_id, now)


def _same_file(job: Row[Any], parser_version: str) -> NewDocument:
    return NewDocument(
        collection=job.collection,
        uri=job.uri,
        title=job.title,
        media_type=job.media_type,
        content_hash=job.content_hash,
        blob_key=job.blob_key,
        size_bytes=job.size_bytes,
        name=job.name,
        parser_version=parser_version,
        priority=job.priority,
    )

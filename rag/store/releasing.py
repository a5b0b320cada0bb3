"""Letting a document out of quarantine. One transaction, the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.errors import DocumentNotFound, NotQuarantined
from rag.store.jobs import Job, JobStatus
from rag.store.rows import LATEST_JOBS, job_row, lock_document, to_job
from rag.store.tables import documents, jobs, versions


async def release(connection: AsyncConnection, document_id: str, now: datetime) -> Job:
    """Queue the job anew with its version, whose text is stored: it is not read again, and no longer judged."""
    document = await lock_document(connection, document_id)
    if document is None or document.deleted_at is not None:
        raise DocumentNotFound(document_id=document_id)
    held = (await connection.execute(LATEST_JOBS.where(documents.c.id == document_id))).one()
    if held.status != JobStatus.QUARANTINED:
        raise NotQuarantined(document_id=document_id)
    again: dict[str, Any] = {"status": JobStatus.QUEUED, "error_code": None, "error_details": {}, "updated_at": now}
    await connection.execute(update(jobs).where(jobs.c.id == held.id).values(again))
    freed = {"status": VersionStatus.PROCESSING, "released": True}
    await connection.execute(update(versions).where(versions.c.id == held.version_id).values(freed))
    return to_job(await job_row(connection, held.id))

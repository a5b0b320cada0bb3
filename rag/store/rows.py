"""Between rows and records: the queries that fetch them whole, and the conversions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import Document, DocumentVersion, NearDuplicate, VersionStatus
from rag.errors import JobNotFound
from rag.store.jobs import Job, JobStatus
from rag.store.quality_record import quality_from_json
from rag.store.tables import documents, jobs, versions

JOBS = (
    select(
        jobs,
        documents.c.collection,
        documents.c.uri,
        documents.c.metadata,
        versions.c.blob_key,
        versions.c.content_hash,
        versions.c.parser_version,
        versions.c.media_type,
        versions.c.size_bytes,
        versions.c.released,
    )
    .join(documents, documents.c.id == jobs.c.document_id)
    .join(versions, versions.c.id == jobs.c.version_id)
)
"""Jobs with what they need of their document and version; `to_job` makes the record."""

LATEST_JOBS = JOBS.where(jobs.c.number == documents.c.submissions)

LIVE_VERSIONS = select(versions).where(versions.c.status == VersionStatus.LIVE)


async def lock_document(connection: AsyncConnection, document_id: str) -> Row[Any] | None:
    """The document's row, held until the transaction ends. Whatever changes a document's versions takes it first:
    that gives the changes one order, and no two of them can wait for each other.
    """
    query = select(documents).where(documents.c.id == document_id).with_for_update()
    return (await connection.execute(query)).one_or_none()


async def job_row(connection: AsyncConnection, job_id: str) -> Row[Any]:
    """Raises JobNotFound."""
    row = (await connection.execute(JOBS.where(jobs.c.id == job_id))).one_or_none()
    if row is None:
        raise JobNotFound(job_id=job_id)
    return row


async def lock_job(connection: AsyncConnection, job_id: str) -> Row[Any]:
    """The job, read while its document is held. Raises JobNotFound."""
    await lock_document(connection, (await job_row(connection, job_id)).document_id)
    return await job_row(connection, job_id)


async def live_version_row(connection: AsyncConnection, document_id: str) -> Row[Any] | None:
    query = LIVE_VERSIONS.where(versions.c.document_id == document_id)
    return (await connection.execute(query)).one_or_none()


def to_document(row: Row[Any], live_version: str | None) -> Document:
    return Document(
        id=row.id,
        collection=row.collection,
        title=row.title,
        uri=row.uri,
        media_type=row.media_type,
        created_at=row.created_at,
        live_version=live_version,
        metadata=row.metadata,
        validators=row.validators or {},
        parent_id=row.parent_id,
    )


def to_version(row: Row[Any]) -> DocumentVersion:
    return DocumentVersion(
        id=row.id,
        document_id=row.document_id,
        content_hash=row.content_hash,
        status=VersionStatus(row.status),
        parser=row.parser,
        size_bytes=row.size_bytes,
        characters=row.characters,
        pages=row.pages,
        passages=row.passages,
        created_at=row.created_at,
        language=row.language,
        superseded_by=row.superseded_by,
        warnings=tuple(row.warnings),
        quality=quality_from_json(row.quality),
        near_duplicates=tuple(NearDuplicate(*one) for one in row.near_duplicates or ()),
    )


def to_job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        document_id=row.document_id,
        version_id=row.version_id,
        collection=row.collection,
        name=row.name,
        title=row.title,
        uri=row.uri,
        blob_key=row.blob_key,
        content_hash=row.content_hash,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        status=JobStatus(row.status),
        stage=row.stage,
        done=row.done,
        total=row.total,
        created_at=row.created_at,
        updated_at=row.updated_at,
        attempts=row.attempts,
        priority=row.priority,
        error_code=row.error_code,
        error_details=row.error_details,
        metadata=row.metadata,
        released=row.released,
    )

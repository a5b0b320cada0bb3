"""Documents that hang on another one, as files on a mail: they come, change and go with it. The caller's transaction.

An attachment's place is its parent and its name: the same name on the next version of the mail is the same document,
and the same bytes under it are no work. A parent is always held before what hangs on it, and sums come after both, so
that no two transactions can wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.errors import AttachmentTooDeep, ChuchuError
from rag.store.jobs import Job, JobStatus
from rag.store.submissions import NewAttachment, NewDocument
from rag.store.submitting import submit
from rag.store.tables import documents, jobs, versions

DEEPEST = 3
"""Mails within mails whose attachments are read: forwarded answers to answers end there, and hostile files, too."""


async def attach(
    connection: AsyncConnection, job: Row[Any], attachments: Sequence[NewAttachment], now: datetime
) -> list[Row[Any]]:
    """Make what hangs on the job's document, which the caller holds, agree with `attachments`.

    The documents that no longer hang on it, with what hangs on them: the caller takes them away.
    """
    before = await attached_to(connection, job.document_id)
    known = {row.uri for row in before}
    too_deep = bool(attachments) and await _depth(connection, job.document_id) >= DEEPEST
    kept = set()
    for attachment in attachments:
        new = _document(job, attachment, known)
        submission = await submit(connection, new, str(uuid5(UUID(job.id), new.uri)), now)
        failure = AttachmentTooDeep(deepest=DEEPEST) if too_deep else attachment.failure
        if failure is not None and submission.job is not None:
            await _fail(connection, submission.job, failure, now)
        kept.add(submission.document.id)
    return _left(before, job.document_id, kept)


async def attached_to(connection: AsyncConnection, document_id: str) -> list[Row[Any]]:
    """What hangs on a document, and on that in turn: held until the transaction ends, a parent before its own."""
    query = select(documents).where(documents.c.parent_id == document_id, documents.c.deleted_at.is_(None))
    found: list[Row[Any]] = []
    for row in (await connection.execute(query.order_by(documents.c.id).with_for_update())).all():
        found += [row, *await attached_to(connection, row.id)]
    return found


def _left(before: Sequence[Row[Any]], document_id: str, kept: Collection[str]) -> list[Row[Any]]:
    left: dict[str, Row[Any]] = {}
    for row in before:
        if row.parent_id in left or (row.parent_id == document_id and row.id not in kept):
            left[row.id] = row
    return list(left.values())


def _document(job: Row[Any], attachment: NewAttachment, known: set[str]) -> NewDocument:
    """What is said about the mail is said about a new attachment; a known one keeps what it has."""
    uri = f"attachment:{job.document_id}/{quote(attachment.name)}"
    return NewDocument(
        collection=job.collection,
        uri=uri,
        title="",
        media_type=attachment.media_type,
        content_hash=attachment.content_hash,
        blob_key=attachment.blob_key,
        size_bytes=attachment.size_bytes,
        name=attachment.name,
        parser_version=job.parser_version,
        metadata=None if uri in known else job.metadata,
        priority=job.priority,
        parent_id=job.document_id,
    )


async def _depth(connection: AsyncConnection, document_id: str) -> int:
    """How many documents this one hangs on, one below the other."""
    query = select(documents.c.parent_id).where(documents.c.id == document_id)
    parent = (await connection.execute(query)).scalar_one()
    return 0 if parent is None else 1 + await _depth(connection, parent)


async def _fail(connection: AsyncConnection, job: Job, error: ChuchuError, now: datetime) -> None:
    ended = {"status": JobStatus.FAILED, "error_code": error.code, "error_details": error.details, "updated_at": now}
    await connection.execute(update(jobs).where(jobs.c.id == job.id).values(ended))
    dropped = update(versions).where(versions.c.id == job.version_id)
    await connection.execute(dropped.values(status=VersionStatus.FAILED))

"""Taking in a file: its document, and what is still to be done for it. One transaction, the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.store.inserting import insert_if_absent
from rag.store.jobs import UNFINISHED, JobStatus
from rag.store.places import document_at, place_id
from rag.store.rows import LATEST_JOBS, job_row, live_version_row, lock_document, to_document, to_job
from rag.store.submissions import NewDocument, Submission, SubmissionOutcome
from rag.store.tables import documents, jobs, versions


def version_id(document: str, new: NewDocument, number: int) -> str:
    """Derived from the bytes, their parser, and which submission of the document it is.

    The number keeps a second try at the same bytes apart from the first: what is left of the first in the index may
    still be on its way out, and must not take the second along.
    """
    return str(uuid5(UUID(document), f"{new.content_hash}\n{new.parser_version}\n{number}"))


async def submit(connection: AsyncConnection, new: NewDocument, job_id: str, now: datetime) -> Submission:
    """What the document is heading for decides: its newest job while that is unfinished or held back, otherwise what is
    live.
    """
    document = await _claim_document(connection, new, now)
    live = await live_version_row(connection, document.id)
    latest = (await connection.execute(LATEST_JOBS.where(documents.c.id == document.id))).one_or_none()
    record = to_document(document, live.id if live else None)
    if latest is not None and latest.status in (*UNFINISHED, JobStatus.QUARANTINED):
        if _same_content(latest, new):
            return Submission(record, to_job(latest), SubmissionOutcome.PENDING)
    elif live is not None and _same_content(live, new):
        return Submission(record, None, SubmissionOutcome.UNCHANGED)
    job = await queue(connection, document, new, job_id, now)
    return Submission(record, to_job(job), SubmissionOutcome.SUBMITTED)


def _same_content(row: Row[Any], new: NewDocument) -> bool:
    return (row.content_hash, row.parser_version) == (new.content_hash, new.parser_version)


async def _claim_document(connection: AsyncConnection, new: NewDocument, now: datetime) -> Row[Any]:
    """The document's row, made where it is missing, brought back where it was deleted, and locked.

    Its title and media type belong to what is live, and change when a version is published; its metadata is what
    was last said, and nothing for one that was deleted.
    """
    described = {"title": new.title, "media_type": new.media_type, "created_at": now, "parent_id": new.parent_id}
    key = await document_at(connection, place_id(new.collection, new.uri))
    fresh = {"id": key, "collection": new.collection, "uri": new.uri, "metadata": {}, "submissions": 0, **described}
    await insert_if_absent(connection, documents, fresh)
    found = await lock_document(connection, key)
    revival = described | {"deleted_at": None, "metadata": {}} if found is not None and found.deleted_at else {}
    said = {} if new.metadata is None else {"metadata": dict(new.metadata)}
    changed = {**revival, **said, "validators": dict(new.validators)}
    claimed = update(documents).where(documents.c.id == key).values(changed).returning(documents)
    row: Row[Any] = (await connection.execute(claimed)).one()
    return row


async def queue(
    connection: AsyncConnection, document: Row[Any], new: NewDocument, job_id: str, now: datetime
) -> Row[Any]:
    """A further version of the document, which the caller holds, and its job."""
    number = document.submissions + 1
    version = {
        "id": version_id(document.id, new, number),
        "document_id": document.id,
        "number": number,
        "content_hash": new.content_hash,
        "parser_version": new.parser_version,
        "blob_key": new.blob_key,
        "media_type": new.media_type,
        "size_bytes": new.size_bytes,
        "status": VersionStatus.PROCESSING,
        "created_at": now,
    }
    job = {
        "id": job_id,
        "document_id": document.id,
        "version_id": version["id"],
        "number": number,
        "name": new.name,
        "title": new.title,
        "status": JobStatus.QUEUED,
        "priority": new.priority,
        "created_at": now,
        "updated_at": now,
    }
    await connection.execute(update(documents).where(documents.c.id == document.id).values(submissions=number))
    await connection.execute(insert(versions).values(version))
    await connection.execute(insert(jobs).values(job))
    return await job_row(connection, job_id)

"""Making a version live, and taking a document away. One transaction each, the caller's.

Locks are taken in one order everywhere: the document, the sums of its collection, the generation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.errors import DocumentNotFound, VersionNotFound
from rag.store import near_duplicates
from rag.store.attaching import attach, attached_to
from rag.store.burying import bury
from rag.store.jobs import ACTIVE, JobStatus
from rag.store.language_sums import Sums, exchange_sums
from rag.store.reading import Reading
from rag.store.rows import live_version_row, lock_document, lock_job
from rag.store.submissions import NewAttachment
from rag.store.tables import documents, jobs, schema_info, versions
from rag.text.minhash import Signature


@dataclass(frozen=True, slots=True)
class Publication:
    """What is known of a version once its passages are in the index."""

    reading: Reading
    passages: int
    sums: Sums
    title: str | None
    signature: Signature | None = None
    attachments: Sequence[NewAttachment] = ()

    def facts(self) -> dict[str, Any]:
        """The columns of the version that ingestion decides."""
        return {"passages": self.passages, **self.reading.columns()}


async def publish(
    connection: AsyncConnection, job_id: str, version_id: str, publication: Publication, now: datetime
) -> list[str]:
    """Make the version live, unless its job was ended or a later submission already is; both show in the answer."""
    job = await lock_job(connection, job_id)
    if job.version_id != version_id:
        raise VersionNotFound(document_id=job.document_id, version_id=version_id)
    if job.status in ACTIVE:
        await _settle(connection, job, publication, now)
        ended = update(jobs).where(jobs.c.id == job_id).values(status=JobStatus.SUCCEEDED, updated_at=now)
        await connection.execute(ended)
    return await _obsolete(connection, job.document_id, version_id)


async def delete_document(connection: AsyncConnection, document_id: str, now: datetime) -> list[str]:
    """The document becomes a tombstone, with what is attached to it: versions stay on record as deleted, so that old
    citations can say so.
    """
    document = await lock_document(connection, document_id)
    if document is None:
        raise DocumentNotFound(document_id=document_id)
    if document.deleted_at is None:
        leaving = await bury(connection, [document, *await attached_to(connection, document_id)], now)
        await exchange_sums(connection, document.collection, entering=None, leaving=leaving)
        await next_generation(connection)
    query = select(versions.c.id).where(versions.c.document_id == document_id).order_by(versions.c.number)
    return list((await connection.execute(query)).scalars())


async def _settle(connection: AsyncConnection, job: Row[Any], publication: Publication, now: datetime) -> None:
    live = await live_version_row(connection, job.document_id)
    if live is not None and live.number > job.number:
        facts = publication.facts() | {"status": VersionStatus.SUPERSEDED, "superseded_by": live.id}
        await _set_version(connection, job.version_id, facts)
    else:
        gone = await attach(connection, job, publication.attachments, now)
        leaving = await bury(connection, gone, now)
        await _flip(connection, job, live, publication, leaving)


async def _flip(
    connection: AsyncConnection,
    job: Row[Any],
    live: Row[Any] | None,
    publication: Publication,
    leaving: Sequence[str],
) -> None:
    """`leaving` are versions of other documents that cease to be live in the same moment."""
    if live is not None:
        outgoing = {"status": VersionStatus.SUPERSEDED, "superseded_by": job.version_id}
        await _set_version(connection, live.id, outgoing)
        await near_duplicates.forget(connection, live.id)
    await _set_version(connection, job.version_id, publication.facts() | {"status": VersionStatus.LIVE})
    await _drop_held_back(connection, job)
    await _compare(connection, job, publication.signature)
    described = {"media_type": job.media_type} | ({"title": publication.title} if publication.title else {})
    await connection.execute(update(documents).where(documents.c.id == job.document_id).values(described))
    entering = (job.version_id, publication.sums)
    outgoing_ids = [*([live.id] if live else []), *leaving]
    await exchange_sums(connection, job.collection, entering=entering, leaving=outgoing_ids)
    await next_generation(connection)


async def _compare(connection: AsyncConnection, job: Row[Any], signature: Signature | None) -> None:
    """Note what says nearly the same, for whoever looks at the document."""
    if signature is None:
        return
    alike = await near_duplicates.nearest(connection, job, signature)
    known = {"signature": signature.astype("<u4").tobytes(), "near_duplicates": [list(one) for one in alike]}
    await _set_version(connection, job.version_id, known)
    await near_duplicates.remember(connection, job.version_id, signature)


async def _drop_held_back(connection: AsyncConnection, job: Row[Any]) -> None:
    """Earlier versions that wait in quarantine: something sound has taken their place."""
    waiting = (
        (versions.c.document_id == job.document_id)
        & (versions.c.status == VersionStatus.QUARANTINED)
        & (versions.c.number < job.number)
    )
    await connection.execute(update(versions).where(waiting).values(status=VersionStatus.FAILED))


async def _obsolete(connection: AsyncConnection, document_id: str, version_id: str) -> list[str]:
    """What a version leaves to be removed from the index: those it superseded, and itself when it is not live.

    Read from the rows, not remembered, so that a publish repeated after a crash names them again.
    """
    itself_out = (versions.c.id == version_id) & (versions.c.status != VersionStatus.LIVE)
    query = (
        select(versions.c.id)
        .where(versions.c.document_id == document_id, or_(versions.c.superseded_by == version_id, itself_out))
        .order_by(versions.c.number)
    )
    return list((await connection.execute(query)).scalars())


async def _set_version(connection: AsyncConnection, version_id: str, values: dict[str, Any]) -> None:
    await connection.execute(update(versions).where(versions.c.id == version_id).values(values))


async def next_generation(connection: AsyncConnection) -> None:
    """What searches remember of versions, their titles and their places is stale from here on."""
    await connection.execute(update(schema_info).values(generation=schema_info.c.generation + 1))

"""Taking documents away: what is changed in their rows. The caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.store import near_duplicates
from rag.store.jobs import UNFINISHED, JobStatus
from rag.store.rows import live_version_row
from rag.store.tables import documents, jobs, versions


async def bury(connection: AsyncConnection, gone: Sequence[Row[Any]], now: datetime) -> list[str]:
    """Make tombstones of documents, which the caller holds, and cancel their jobs.

    The versions that were live until now: the caller takes them out of the sums, all at once, and counts the change.
    """
    return [live for document in gone if (live := await _bury(connection, document.id, now)) is not None]


async def _bury(connection: AsyncConnection, document_id: str, now: datetime) -> str | None:
    live = await live_version_row(connection, document_id)
    waiting = (jobs.c.document_id == document_id) & jobs.c.status.in_(UNFINISHED)
    await connection.execute(update(jobs).where(waiting).values(status=JobStatus.CANCELLED, updated_at=now))
    its_versions = update(versions).where(versions.c.document_id == document_id)
    # Removal starts over: of a superseded version the text is still there.
    await connection.execute(its_versions.values(status=VersionStatus.DELETED, removed_at=None))
    await connection.execute(update(documents).where(documents.c.id == document_id).values(deleted_at=now))
    if live is None:
        return None
    await near_duplicates.forget(connection, live.id)
    return str(live.id)

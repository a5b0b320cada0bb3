"""What versions that are not live leave behind, until it is gone. One transaction each, the caller's.

A version's passages stay in the index until the worker takes them out, and it may be killed on the way; so each
version remembers whether they are gone. Texts of superseded versions stay, because citations point into them; of a
deleted document and of a failed version nothing does but the row, and a failed version's file, to be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.store.tables import versions

_OUT = (VersionStatus.SUPERSEDED, VersionStatus.FAILED, VersionStatus.DELETED)
_WITHOUT_TEXT = (VersionStatus.FAILED, VersionStatus.DELETED)


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with a version's passages: its text, and the file under `original` when nothing else needs it."""

    version_id: str
    text: bool
    original: str | None


async def pending(connection: AsyncConnection, limit: int) -> list[Removal]:
    """Removals still to be done, the oldest first."""
    other = versions.alias()
    kept_elsewhere = exists().where(other.c.blob_key == versions.c.blob_key, other.c.status != VersionStatus.DELETED)
    query = (
        select(versions.c.id, versions.c.status, versions.c.blob_key, kept_elsewhere.label("needed"))
        .where(versions.c.status.in_(_OUT), versions.c.removed_at.is_(None))
        .order_by(versions.c.created_at, versions.c.id)
        .limit(limit)
    )
    return [
        Removal(
            version_id=row.id,
            text=row.status in _WITHOUT_TEXT,
            original=row.blob_key if row.status == VersionStatus.DELETED and not row.needed else None,
        )
        for row in await connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class NeededBlobs:
    """Keys of originals, and ids of versions whose text and structure are stored, that something still needs."""

    originals: frozenset[str]
    texts: frozenset[str]


async def needed(connection: AsyncConnection) -> NeededBlobs:
    """What was removed needs nothing any more; everything else needs its file, and its text unless that is to go."""
    gone = versions.c.removed_at.is_not(None)
    files = select(versions.c.blob_key).distinct().where(~(gone & (versions.c.status == VersionStatus.DELETED)))
    texts = select(versions.c.id).where(~(gone & versions.c.status.in_(_WITHOUT_TEXT)))
    return NeededBlobs(
        frozenset((await connection.execute(files)).scalars()), frozenset((await connection.execute(texts)).scalars())
    )


async def done(connection: AsyncConnection, version_id: str, now: datetime) -> None:
    """Its passages are gone; unless it was deleted since as well, which leaves more to do."""
    await connection.execute(update(versions).where(versions.c.id == version_id).values(removed_at=now))

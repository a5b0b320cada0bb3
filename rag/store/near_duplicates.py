"""Documents that say nearly the same: recognised when a version is published, by its signature. The caller's
transaction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import NearDuplicate, VersionStatus
from rag.store.tables import documents, version_bands, versions
from rag.text.minhash import Signature, bands, likeness

LEAST_LIKENESS = 0.8
"""Above it, two texts differ by a date, a name or a paragraph; other documents on one subject stay below 0.3."""
_MOST_COMPARED = 200
_MOST_TOLD = 5


async def nearest(connection: AsyncConnection, job: Row[Any], signature: Signature) -> list[NearDuplicate]:
    """Live documents of the collection, other than the job's own, that say nearly the same; the most alike first."""
    shared = select(version_bands.c.version_id).where(version_bands.c.band.in_(bands(signature))).distinct()
    query = (
        select(documents.c.id, documents.c.title, versions.c.signature)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(
            versions.c.id.in_(shared),
            versions.c.status == VersionStatus.LIVE,
            documents.c.collection == job.collection,
            documents.c.id != job.document_id,
        )
        .limit(_MOST_COMPARED)
    )
    found = [
        NearDuplicate(row.id, row.title, round(likeness(signature, np.frombuffer(row.signature, "<u4")), 2))
        for row in await connection.execute(query)
    ]
    alike = sorted((one for one in found if one.likeness >= LEAST_LIKENESS), key=lambda one: -one.likeness)
    return alike[:_MOST_TOLD]


async def remember(connection: AsyncConnection, version_id: str, signature: Signature) -> None:
    """From now on, those that come later are compared with this version."""
    await forget(connection, version_id)
    rows = [{"version_id": version_id, "band": band} for band in dict.fromkeys(bands(signature))]
    await connection.execute(insert(version_bands), rows)


async def forget(connection: AsyncConnection, version_id: str) -> None:
    await connection.execute(delete(version_bands).where(version_bands.c.version_id == version_id))

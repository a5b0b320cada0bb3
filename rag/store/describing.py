"""Saying something about a document. One transaction, the caller's."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import Document
from rag.errors import DocumentNotFound
from rag.store.attaching import attached_to
from rag.store.rows import live_version_row, lock_document, to_document
from rag.store.tables import documents


async def describe(connection: AsyncConnection, document_id: str, metadata: Mapping[str, str]) -> list[Document]:
    """Replace the metadata of a document and of what is attached to it: filters that find a mail find its files.

    Raises DocumentNotFound.
    """
    document = await lock_document(connection, document_id)
    if document is None or document.deleted_at is not None:
        raise DocumentNotFound(document_id=document_id)
    described = [document.id, *(row.id for row in await attached_to(connection, document_id))]
    return [await _describe(connection, one, metadata) for one in described]


async def _describe(connection: AsyncConnection, document_id: str, metadata: Mapping[str, str]) -> Document:
    changed = update(documents).where(documents.c.id == document_id).values(metadata=dict(metadata))
    row = (await connection.execute(changed.returning(documents))).one()
    live = await live_version_row(connection, document_id)
    return to_document(row, live.id if live else None)

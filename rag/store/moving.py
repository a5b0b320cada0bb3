"""Giving a document another uri. One transaction, the caller's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.errors import DocumentNotFound, UriTaken
from rag.store.places import document_at, place_id, put_at
from rag.store.publishing import next_generation
from rag.store.rows import lock_document
from rag.store.tables import documents, jobs


async def move(connection: AsyncConnection, document_id: str, uri: str, name: str) -> None:
    """The document keeps its id, its versions and its passages. Where it was, a new document may come to be."""
    document = await _present(connection, document_id)
    if document is None:
        raise DocumentNotFound(document_id=document_id)
    if document.uri == uri:
        return
    target = place_id(document.collection, uri)
    there = await document_at(connection, target)
    if await _present(connection, there) is not None:
        raise UriTaken(uri=uri, document_id=there)
    left = place_id(document.collection, document.uri)
    # Not the place's own id: that may be the document's, which it keeps.
    await put_at(connection, left, str(uuid4()))
    await put_at(connection, target, document_id)
    await connection.execute(update(documents).where(documents.c.id == document_id).values(uri=uri))
    latest = (jobs.c.document_id == document_id) & (jobs.c.number == document.submissions)
    await connection.execute(update(jobs).where(latest).values(name=name))
    await next_generation(connection)


async def _present(connection: AsyncConnection, document_id: str) -> Row[Any] | None:
    """The document, held, unless there is none or it was deleted."""
    document = await lock_document(connection, document_id)
    return None if document is None or document.deleted_at is not None else document

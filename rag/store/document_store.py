"""Documents and their versions: taking them in, making them live, listing them, taking them away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import Document, DocumentVersion, Language, Quality
from rag.errors import DocumentNotFound, VersionNotFound
from rag.store import describing, moving, publishing, releasing, removals, submitting
from rag.store.clock import Clock, utc_now
from rag.store.database import Database
from rag.store.jobs import Job
from rag.store.language_sums import read_sums
from rag.store.listings import CollectionSize, DocumentListing, LiveVersion, Original
from rag.store.places import document_at, place_id
from rag.store.publishing import Publication
from rag.store.reading import Reading
from rag.store.removals import NeededBlobs, Removal
from rag.store.rows import LATEST_JOBS, LIVE_VERSIONS, to_document, to_job, to_version
from rag.store.submissions import NewAttachment, NewDocument, Submission
from rag.store.tables import documents, jobs, schema_info, versions
from rag.store.vector_sums import VectorSum
from rag.text.minhash import Signature


class DocumentStore:
    """Every method is one transaction and raises DatabaseUnavailable."""

    def __init__(
        self, database: Database, *, now: Clock = utc_now, new_id: Callable[[], str] = lambda: str(uuid4())
    ) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id

    async def submit(self, new: NewDocument) -> Submission:
        """Take in a file whose bytes are stored; once this returned, it is answerable or listed with its failure."""
        async with self._database.write() as connection:
            return await submitting.submit(connection, new, self._new_id(), self._now())

    async def publish(
        self,
        job_id: str,
        version_id: str,
        *,
        passages: int,
        characters: int,
        pages: int,
        language: Language,
        parser: str,
        warnings: Sequence[str],
        sums: Mapping[Language, VectorSum],
        title: str | None = None,
        quality: Quality | None = None,
        signature: Signature | None = None,
        attachments: Sequence[NewAttachment] = (),
    ) -> list[str]:
        """Flip the version live in place of the former one, and end its job.

        Returns the versions whose passages must now leave the index; among them is this one when a later submission
        was published before it, or its job was cancelled. May be repeated: it changes nothing, and returns the same.
        `sums` are of the vectors of its passages, `signature` is of its text, to recognise what says nearly the same.
        `attachments` become documents of their own in the same moment; those of the former version that are not among
        them are taken away.
        Raises JobNotFound, VersionNotFound.
        """
        reading = Reading(characters, pages, language, parser, tuple(warnings), quality)
        publication = Publication(reading, passages, sums, title, signature, attachments)
        async with self._database.write() as connection:
            return await publishing.publish(connection, job_id, version_id, publication, self._now())

    async def release(self, document_id: str) -> Job:
        """Let a document out of quarantine: its job is to be done after all, and is not judged again.

        Raises DocumentNotFound, NotQuarantined.
        """
        async with self._database.write() as connection:
            return await releasing.release(connection, document_id, self._now())

    async def move(self, document_id: str, uri: str, name: str) -> None:
        """Give a document another uri, and its file another name; nothing is read or embedded again.

        Raises DocumentNotFound, and UriTaken when another document is there.
        """
        async with self._database.write() as connection:
            await moving.move(connection, document_id, uri, name)

    async def delete_document(self, document_id: str) -> list[str]:
        """Take a document away, with what is attached to it, and cancel their jobs. Returns the document's versions,
        whose passages must now leave the index.

        May be repeated. Raises DocumentNotFound for one that never was.
        """
        async with self._database.write() as connection:
            return await publishing.delete_document(connection, document_id, self._now())

    async def describe(self, document_id: str, metadata: Mapping[str, str]) -> list[Document]:
        """Replace what is said about a document and about what is attached to it: all of them.

        Raises DocumentNotFound, also for a deleted one.
        """
        async with self._database.write() as connection:
            return await describing.describe(connection, document_id, metadata)

    async def pending_removals(self, limit: int = 100) -> list[Removal]:
        """Versions that are not live and may still have passages in the index, with what goes along with them."""
        async with self._database.read() as connection:
            return await removals.pending(connection, limit)

    async def removed(self, version_id: str) -> None:
        """The passages of a version have left the index."""
        async with self._database.write() as connection:
            await removals.done(connection, version_id, self._now())

    async def needed_blobs(self) -> NeededBlobs:
        """What of the blob store belongs to something; what else lies there was left by a process that died."""
        async with self._database.read() as connection:
            return await removals.needed(connection)

    async def document(self, document_id: str) -> DocumentListing:
        """Raises DocumentNotFound, also for a deleted one."""
        query = select(documents).where(documents.c.id == document_id, documents.c.deleted_at.is_(None))
        async with self._database.read() as connection:
            found = await _listings(connection, (await connection.execute(query)).all())
        if not found:
            raise DocumentNotFound(document_id=document_id)
        return found[0]

    async def attached(self, document_id: str) -> list[DocumentListing]:
        """What is attached to a document, by name of its file."""
        query = select(documents).where(documents.c.parent_id == document_id, documents.c.deleted_at.is_(None))
        async with self._database.read() as connection:
            found = await _listings(connection, (await connection.execute(query)).all())
        return sorted(found, key=lambda listing: listing.job.name if listing.job else "")

    async def find(self, collection: str, uri: str) -> DocumentListing | None:
        """The document of that uri, unless there is none or it was deleted."""
        async with self._database.read() as connection:
            key = await document_at(connection, place_id(collection, uri))
            query = select(documents).where(documents.c.id == key, documents.c.deleted_at.is_(None))
            found = await _listings(connection, (await connection.execute(query)).all())
        return found[0] if found else None

    async def documents(
        self, collection: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> list[DocumentListing]:
        """The newest first; `after` is the id of the last document of the page before."""
        query = select(documents).where(documents.c.deleted_at.is_(None))
        if collection is not None:
            query = query.where(documents.c.collection == collection)
        newest = tuple_(documents.c.created_at, documents.c.id)
        if after is not None:
            last = select(documents.c.created_at, documents.c.id).where(documents.c.id == after)
            query = query.where(newest < last.scalar_subquery())
        query = query.order_by(documents.c.created_at.desc(), documents.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return await _listings(connection, (await connection.execute(query)).all())

    async def ids(self) -> list[str]:
        """All documents that ever were, deleted ones too."""
        async with self._database.read() as connection:
            return list((await connection.execute(select(documents.c.id).order_by(documents.c.id))).scalars())

    async def version(self, document_id: str, version_id: str) -> DocumentVersion:
        """Also a superseded or deleted one: citations point at them. Raises VersionNotFound."""
        return to_version(await self._version_row(document_id, version_id))

    async def original(self, document_id: str, version_id: str) -> Original:
        """The file that the version was made from. Raises VersionNotFound."""
        row = await self._version_row(document_id, version_id)
        return Original(row.blob_key, row.name, row.media_type, row.size_bytes)

    async def versions(self, document_id: str) -> list[DocumentVersion]:
        """The newest first; none for an unknown document."""
        query = select(versions).where(versions.c.document_id == document_id).order_by(versions.c.number.desc())
        async with self._database.read() as connection:
            return [to_version(row) for row in await connection.execute(query)]

    async def collections(self) -> list[CollectionSize]:
        """The collections that hold documents, by name."""
        live = LIVE_VERSIONS.subquery()
        query = (
            select(documents.c.collection, func.count(), func.count(live.c.id))
            .outerjoin(live, live.c.document_id == documents.c.id)
            .where(documents.c.deleted_at.is_(None))
            .group_by(documents.c.collection)
        )
        async with self._database.read() as connection:
            sizes = [CollectionSize(*row) for row in await connection.execute(query)]
        return sorted(sizes, key=lambda size: size.name)  # PostgreSQL's own order depends on its locale

    async def live(self, version_ids: Collection[str]) -> dict[str, LiveVersion]:
        """Those of the versions that are live, in one query, for every search to leave out the rest."""
        if not version_ids:
            return {}
        live = LIVE_VERSIONS.where(versions.c.id.in_(set(version_ids))).subquery()
        query = select(live.c.id, documents.c.id, documents.c.title, documents.c.uri).join_from(
            live, documents, documents.c.id == live.c.document_id
        )
        async with self._database.read() as connection:
            return {version_id: LiveVersion(*rest) for version_id, *rest in await connection.execute(query)}

    async def language_means(self, collection: str | None = None) -> dict[Language, VectorSum]:
        """Sums of the passage vectors of all live versions, of one collection or of all together."""
        async with self._database.read() as connection:
            return await read_sums(connection, collection)

    async def generation(self) -> int:
        """A number that grows with every change of what is live, or of its place: caches then know they are stale."""
        async with self._database.read() as connection:
            generation: int = (await connection.execute(select(schema_info.c.generation))).scalar_one()
            return generation

    async def _version_row(self, document_id: str, version_id: str) -> Row[Any]:
        query = (
            select(versions, jobs.c.name)
            .join(jobs, jobs.c.version_id == versions.c.id)
            .where(versions.c.id == version_id, versions.c.document_id == document_id)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise VersionNotFound(document_id=document_id, version_id=version_id)
        return row


async def _listings(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[DocumentListing]:
    ids = [row.id for row in rows]
    live = await connection.execute(LIVE_VERSIONS.where(versions.c.document_id.in_(ids)))
    latest = await connection.execute(LATEST_JOBS.where(documents.c.id.in_(ids)))
    version_of = {row.document_id: to_version(row) for row in live}
    job_of = {row.document_id: to_job(row) for row in latest}
    return [_listing(row, version_of.get(row.id), job_of.get(row.id)) for row in rows]


def _listing(row: Row[Any], version: DocumentVersion | None, job: Job | None) -> DocumentListing:
    return DocumentListing(to_document(row, version.id if version else None), version, job)

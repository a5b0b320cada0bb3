"""The one way in: accept a file, say what becomes of it, take a document away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from ingest.accepting import NOT_STORED, UNKNOWN_TYPE, media_type_of
from ingest.parsing.media_types import MAILS
from ingest.parsing.parser import PARSER_VERSION
from ingest.urls import UrlFetcher, normalised
from rag.errors import FileRejected, FileTooLarge
from rag.index.attributes import Attributes
from rag.index.passage_index import PassageIndex
from rag.settings import IngestSettings
from rag.store.blobs import StoredBlob
from rag.store.factory import Stores
from rag.store.jobs import BULK, INTERACTIVE, Job
from rag.store.listings import DocumentListing
from rag.store.submissions import NewDocument, Submission, SubmissionOutcome


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody hands it in. `uri` is where it comes from and decides which document it is a version of.

    `metadata` replaces what is said about that document; None leaves it. The higher its `priority`, the earlier it is
    worked on.
    """

    name: str
    uri: str
    collection: str
    title: str = ""
    metadata: Mapping[str, str] | None = None
    priority: int = BULK
    validators: Mapping[str, str] = field(default_factory=dict)


class Intake:
    """Accepts files. What it returned for is durable: after any crash it is answerable or listed with its failure."""

    def __init__(
        self,
        stores: Stores,
        index: PassageIndex,
        settings: IngestSettings,
        announce: Callable[[], None],
        fetcher: UrlFetcher | None = None,
    ) -> None:
        """`fetcher` is for tests, whose server is on this machine."""
        self._stores = stores
        self._index = index
        self._settings = settings
        self._announce = announce
        self._fetcher = fetcher or UrlFetcher(settings.url_timeout_s)
        # A change of either makes other passages of the same bytes, so the same file is then no longer "unchanged".
        self._parser_version = f"{PARSER_VERSION}/{settings.passage_tokens}"

    async def submit(self, upload: Upload, content: AsyncIterator[bytes]) -> Submission:
        """Store the bytes and queue their job.

        A file that can be told to be unreadable at once - empty, too large, of no known type - is listed as failed,
        and its FileRejected is raised. Raises BlobsUnavailable, DatabaseUnavailable, IndexUnavailable.
        """
        try:
            blob = await self._stores.blobs.put_stream(content, self._settings.max_file_bytes)
        except FileTooLarge as error:
            await self._list_as_failed(upload, NOT_STORED, error)
            raise
        try:
            media_type = await media_type_of(self._stores.blobs, blob, upload.name)
        except FileRejected as error:
            await self._list_as_failed(upload, blob, error)
            raise
        submission = await self._stores.documents.submit(self._new_document(upload, blob, media_type))
        self._announce()
        # What is live has it with its new version, but attachments may be as they were, and get none.
        at_once = submission.outcome is SubmissionOutcome.UNCHANGED or media_type in MAILS
        if at_once and upload.metadata is not None:
            await self.describe(submission.document.id, upload.metadata)
        return submission

    async def submit_url(
        self, url: str, collection: str, title: str = "", metadata: Mapping[str, str] | None = None
    ) -> Submission:
        """Fetch a file and submit it under its URL; nothing is read when the server says that it is unchanged.

        Raises UrlRejected, UrlUnreachable, and what `submit` raises.
        """
        uri = normalised(url)
        live = await self._stores.documents.find(collection, uri)
        async with self._fetcher.fetched(uri, _known_state(live)) as fetched:
            if fetched.content is None:
                assert live is not None, "only a known state can be unchanged"
                if metadata is not None:
                    await self.describe(live.document.id, metadata)
                return Submission(live.document, None, SubmissionOutcome.UNCHANGED)
            upload = Upload(fetched.name, uri, collection, title, metadata, INTERACTIVE, fetched.validators)
            return await self.submit(upload, fetched.content)

    async def cancel(self, job_id: str) -> Job:
        return await self._stores.jobs.cancel(job_id)

    async def pause(self, job_id: str) -> Job:
        return await self._stores.jobs.pause(job_id)

    async def resume(self, job_id: str) -> Job:
        job = await self._stores.jobs.resume(job_id)
        self._announce()
        return job

    async def retry(self, job_id: str) -> Job:
        """The new job. Raises JobNotFound, JobNotRetryable."""
        job = await self._stores.jobs.retry(job_id, str(uuid4()), self._parser_version)
        self._announce()
        return job

    async def status(self, job_id: str) -> Job:
        return await self._stores.jobs.job(job_id)

    async def describe(self, document_id: str, metadata: Mapping[str, str]) -> None:
        """Replace what is said about a document and what is attached to it, for filters to see at once; nothing is
        read or embedded anew.

        May be repeated, and has to be when it raised IndexUnavailable. Raises DocumentNotFound.
        """
        for document in await self._stores.documents.describe(document_id, metadata):
            await self._index.label(document.id, Attributes(document.media_type, document.metadata))

    async def release(self, document_id: str) -> Job:
        """Index a document that is held in quarantine as it is. Raises DocumentNotFound, NotQuarantined."""
        job = await self._stores.documents.release(document_id)
        self._announce()
        return job

    async def move(self, document_id: str, uri: str) -> None:
        """The same document under another uri; nothing is read again. Raises DocumentNotFound, UriTaken."""
        await self._stores.documents.move(document_id, uri, _name_of(uri))

    async def delete(self, document_id: str) -> None:
        """From now on nothing of the document is found; the worker then takes its passages, text and file away."""
        await self._stores.documents.delete_document(document_id)
        self._announce()

    async def _list_as_failed(self, upload: Upload, blob: StoredBlob, error: FileRejected) -> None:
        submission = await self._stores.documents.submit(self._new_document(upload, blob, UNKNOWN_TYPE))
        if submission.job is not None:
            await self._stores.jobs.fail(submission.job.id, error)

    def _new_document(self, upload: Upload, blob: StoredBlob, media_type: str) -> NewDocument:
        return NewDocument(
            collection=upload.collection,
            uri=upload.uri,
            title=upload.title,
            media_type=media_type,
            content_hash=blob.sha256,
            blob_key=blob.key,
            size_bytes=blob.size_bytes,
            name=_last_part(upload.name),
            parser_version=self._parser_version,
            metadata=upload.metadata,
            priority=upload.priority,
            validators=upload.validators,
        )


def _known_state(document: DocumentListing | None) -> Mapping[str, str]:
    """By what the server may say that nothing changed: only while what it gave last is live."""
    if document is None or document.version is None or document.job is None:
        return {}
    is_last = document.job.version_id == document.version.id
    return document.document.validators if is_last else {}


def _name_of(uri: str) -> str:
    return _last_part(unquote(urlsplit(uri).path)) or uri


def _last_part(name: str) -> str:
    """Some clients send the whole path, of Windows too. Where a file comes from is its `uri`."""
    return re.split(r"[/\\]", name)[-1]

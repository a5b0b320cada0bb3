"""The steps between an accepted file and a live version. Each may be repeated, and be killed, at any point.

parse    file → text, structure and page geometry in the blob store; judged before anything is indexed
embed    text → passages → vectors and lexical terms in the index, invisible until published
publish  one transaction: the version goes live and replaces the former one; so do its attachments, as jobs of their own
remove   passages of versions that are not live leave the index; texts and files of deleted ones leave the disk
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.accepting import accepted_attachments
from ingest.body_text import BodyText
from ingest.chunking import chunk
from ingest.page_progress import PageProgress
from ingest.parsing.parser import PARSER_VERSION
from ingest.parsing.records import Parsed
from ingest.parsing.sandbox import ParserPool
from ingest.parsing.unfinished_files import UnfinishedFiles
from ingest.passages import Origin
from ingest.quality import judge, measure
from rag.documents import (
    LANGUAGES,
    Document,
    DocumentVersion,
    Language,
    ParsedDocument,
    Passage,
    Quality,
    VersionStatus,
)
from rag.errors import NotFound, Quarantined
from rag.index.attributes import Attributes
from rag.index.lexical import encode_passage
from rag.index.passage_index import IndexedPassage, PassageIndex
from rag.models.batching import EmbeddingBatcher
from rag.models.embedding import Vectors
from rag.settings import IngestSettings, QualitySettings
from rag.store.attached_files import AttachedFiles
from rag.store.factory import Stores
from rag.store.jobs import INTERACTIVE, Job
from rag.store.parsed_documents import ParsedDocuments
from rag.store.reading import Reading
from rag.store.removals import Removal
from rag.store.submissions import NewAttachment
from rag.store.vector_sums import VectorSum
from rag.text.language import detect_language
from rag.text.minhash import signature
from rag.text.terms import lexical_terms

log = logging.getLogger("chuchu.ingest")

BATCH_PASSAGES = 128
"""Passages embedded and stored at a time: a second or two of work between two looks at whether the job goes on."""

UNFINISHED_KEPT_S = 86_400.0
"""A day: longer than any file is read, and than a worker is likely to be away."""

RESTORED_AT_A_TIME = 200
"""Documents listed at a time while a lost index is made anew."""


@dataclass(frozen=True, slots=True)
class IngestPipeline:
    stores: Stores
    parsed: ParsedDocuments
    index: PassageIndex
    embedder: EmbeddingBatcher
    parsers: ParserPool
    settings: IngestSettings
    quality: QualitySettings = field(default_factory=QualitySettings)
    urgent_parsers: ParserPool | None = None
    """Read what somebody waits for while a bulk import keeps the others busy."""
    unfinished: UnfinishedFiles | None = None
    """Where pages of long files are kept while these are read."""

    async def parse(self, job_id: str) -> bool:
        """Read the file and judge it. False when the job is no longer wanted, or is held back; raises FileRejected,
        Unavailable.
        """
        job = await self.stores.jobs.start(job_id)
        if job.finished or not await self.stores.jobs.progress(job_id, "parse", 0, 0):
            return False
        if not await self.parsed.exists(job.version_id):
            path = await self.stores.blobs.path(job.blob_key)
            kept = self.unfinished.of(_reading_name(job)) if self.unfinished else None
            progress = PageProgress(self.stores.jobs, job_id)
            reading = self._parsers_for(job).parse(path, job.name, progress.heard, kept)
            result: Parsed | None = await progress.follow(reading)
            if result is None:
                return False
            if result.attachments:
                await self._attached.put(job.version_id, result.attachments)
            await self.parsed.put(job.version_id, result.document, result.geometry)
            if self.unfinished:
                await asyncio.to_thread(self.unfinished.forget, _reading_name(job))
        return job.released or await self._is_sound(job)

    @property
    def _attached(self) -> AttachedFiles:
        return AttachedFiles(self.stores.blobs)

    def _parsers_for(self, job: Job) -> ParserPool:
        if job.priority >= INTERACTIVE and self.parsers.is_busy and self.urgent_parsers is not None:
            return self.urgent_parsers
        return self.parsers

    async def _is_sound(self, job: Job) -> bool:
        """Judge what was read; what had better not be found is kept from the index. Raises NoText."""
        document = await self.parsed.get(job.version_id)
        quality = await asyncio.to_thread(measure, document)
        try:
            judge(quality, self.quality)
        except Quarantined as error:
            await self.stores.jobs.quarantine(job.id, error, _reading(document, quality))
            return False
        return True

    async def embed(self, job_id: str) -> bool:
        """Put the version's passages into the index. False when the job is no longer wanted; raises Unavailable."""
        job = await self.stores.jobs.job(job_id)
        document = await self.parsed.get(job.version_id)
        title = job.title or document.title or job.name
        origin = await self._origin(job.document_id, job.version_id, job.collection, title)
        passages = await asyncio.to_thread(self._chunk, origin, document)
        await self._clear_strangers(job.version_id, passages)
        sums = {language: VectorSum.empty() for language in LANGUAGES}
        for start in range(0, len(passages), BATCH_PASSAGES):
            if not await self.stores.jobs.progress(job_id, "embed", start, len(passages)):
                return False
            batch = passages[start : start + BATCH_PASSAGES]
            vectors = await self._embedded(batch, document.text)
            # Read last, since somebody may describe the document anew while its passages are embedded.
            metadata = (await self.stores.jobs.job(job_id)).metadata
            await self._upsert(batch, vectors, document.text, Attributes(job.media_type, metadata))
            sums = _added(sums, batch, vectors)
        await self.stores.blobs.put(_sums_key(job.version_id), _encode_sums(sums, len(passages)))
        return await self.stores.jobs.progress(job_id, "publish", len(passages), len(passages))

    async def publish(self, job_id: str) -> None:
        """Flip the version live; the former one is now to be removed."""
        job = await self.stores.jobs.job(job_id)
        document = await self.parsed.get(job.version_id)
        sums, passages = _decode_sums(await self.stores.blobs.get(_sums_key(job.version_id)))
        reading = _reading(document, await asyncio.to_thread(measure, document))
        await self.stores.documents.publish(
            job_id,
            job.version_id,
            passages=passages,
            characters=reading.characters,
            pages=reading.pages,
            language=reading.language,
            parser=reading.parser,
            warnings=reading.warnings,
            quality=reading.quality,
            signature=await asyncio.to_thread(signature, BodyText(document).whole),
            sums=sums,
            title=job.title or document.title,
            attachments=[] if job.finished else await self._accepted_attachments(job),
        )
        await self._attached.drop(job.version_id)

    async def _accepted_attachments(self, job: Job) -> list[NewAttachment]:
        """Once the job has ended, they are documents, and what was kept for them may be gone."""
        return await accepted_attachments(
            self.stores.blobs, self._attached, job.version_id, self.settings.max_file_bytes
        )

    async def discard(self, job_id: str) -> None:
        """Undo what an unwanted job put into the index. Its leftovers may have been removed while it still worked.

        Unless the job is unwanted because it is done already: by a worker that was taken for lost, or a moment before
        it was started anew.
        """
        job = await self.stores.jobs.job(job_id)
        version = await self.stores.documents.version(job.document_id, job.version_id)
        if version.status is not VersionStatus.LIVE:
            await self.index.delete_version(job.version_id)
            await self.stores.blobs.delete(_sums_key(job.version_id))
        if version.status in (VersionStatus.FAILED, VersionStatus.DELETED):
            await self._forget(job.version_id)

    async def remove_leftovers(self) -> None:
        """Take versions that are not live out of the index, and delete what nobody can ask for any more."""
        for leftover in await self.stores.documents.pending_removals():
            await self._remove(leftover)

    async def _remove(self, leftover: Removal) -> None:
        await self.index.delete_version(leftover.version_id)
        await self.stores.blobs.delete(_sums_key(leftover.version_id))
        if leftover.text:
            await self._forget(leftover.version_id)
        if leftover.original and not await self._remove_if_old(leftover.original):
            return  # the removal stays pending, and the next call comes back to it
        await self.stores.documents.removed(leftover.version_id)

    async def _forget(self, version_id: str) -> None:
        await self._attached.drop(version_id)
        await self.parsed.delete(version_id)

    async def remove_orphans(self, older_than_s: float) -> None:
        """Delete blobs that nothing names: a process that dies between storing and naming leaves them.

        Listed before the database is asked: what is named meanwhile is then known to be needed.
        """
        if self.unfinished:
            await asyncio.to_thread(self.unfinished.forget_older, UNFINISHED_KEPT_S, time.time())
        keys = await self.stores.blobs.keys()
        needed = await self.stores.documents.needed_blobs()
        for key in keys:
            folder, _, name = key.partition("/")
            if folder == "versions" and name.partition("/")[0] not in needed.texts:
                await self.stores.blobs.delete(key)
            elif folder == "originals" and key not in needed.originals:
                await self._remove_if_old(key, older_than_s)

    async def _remove_if_old(self, original: str, older_than_s: float = 0) -> bool:
        """An upload stores its bytes first and names them in the database after: in between, they look unneeded."""
        if await self.stores.blobs.age_s(original) < max(older_than_s, self.settings.keep_originals_s):
            return False
        await self.stores.blobs.delete(original)
        return True

    async def restore(self) -> None:
        """Index what is live anew, from its stored text, where the index does not hold it: it was lost, or moved.

        Files are not needed. Until it is done, what is not yet back is not found.
        """
        sums = await self.stores.documents.language_means()
        if await self.index.count() >= sum(seen.count for seen in sums.values()):
            return
        after: str | None = None
        while listings := await self.stores.documents.documents(limit=RESTORED_AT_A_TIME, after=after):
            for listing in listings:
                if listing.version is not None and await self._is_missing(listing.version):
                    await self._restore_if_stored(listing.document, listing.version.id)
            after = listings[-1].document.id

    async def _is_missing(self, version: DocumentVersion) -> bool:
        return len(await self.index.version_passage_ids(version.id)) < version.passages

    async def _restore_if_stored(self, listed: Document, version_id: str) -> None:
        """A document whose text was lost, too, or deleted meanwhile, must not keep all others from coming back."""
        try:
            await self._restore(listed, version_id)
        except NotFound as error:
            log.error("document %s cannot be indexed anew: %s", listed.id, error)

    async def _restore(self, listed: Document, version_id: str) -> None:
        document = await self.parsed.get(version_id)
        origin = await self._origin(listed.id, version_id, listed.collection, listed.title)
        passages = await asyncio.to_thread(self._chunk, origin, document)
        for start in range(0, len(passages), BATCH_PASSAGES):
            batch = passages[start : start + BATCH_PASSAGES]
            attributes = Attributes(listed.media_type, listed.metadata)
            await self._upsert(batch, await self._embedded(batch, document.text), document.text, attributes)

    async def _embedded(self, passages: Sequence[Passage], text: str) -> Vectors:
        return await self.embedder.embed_passages([_embedded_text(passage, text) for passage in passages])

    async def _upsert(self, passages: Sequence[Passage], vectors: Vectors, text: str, attributes: Attributes) -> None:
        await self.index.upsert(await asyncio.to_thread(_indexed, passages, vectors, text, attributes))

    async def _origin(self, document_id: str, version_id: str, collection: str, title: str) -> Origin:
        parent_id = (await self.stores.documents.document(document_id)).document.parent_id
        mail = "" if parent_id is None else (await self.stores.documents.document(parent_id)).document.title
        return Origin(document_id, version_id, collection, title, mail)

    def _chunk(self, origin: Origin, document: ParsedDocument) -> list[Passage]:
        return chunk(
            document,
            origin=origin,
            count_tokens=self.embedder.embedder.count_tokens,
            passage_tokens=self.settings.passage_tokens,
            max_tokens=self.embedder.embedder.max_tokens,
        )

    async def _clear_strangers(self, version_id: str, passages: Sequence[Passage]) -> None:
        """An attempt under other settings may have left passages that this one would not overwrite."""
        present = await self.index.version_passage_ids(version_id)
        if present - {passage.id for passage in passages}:
            await self.index.delete_version(version_id)


def _reading(document: ParsedDocument, quality: Quality) -> Reading:
    return Reading(
        characters=len(document.text),
        pages=len(document.pages),
        language=detect_language(document.text, default="other"),
        parser=document.parser,
        warnings=document.warnings,
        quality=quality,
    )


def _embedded_text(passage: Passage, text: str) -> str:
    """What vectors and lexical terms see: the header, then the passage."""
    return f"{passage.context}\n{passage.span.of(text)}" if passage.context else passage.span.of(text)


def _indexed(passages: Sequence[Passage], vectors: Vectors, text: str, attributes: Attributes) -> list[IndexedPassage]:
    return [
        IndexedPassage(passage, vector, encode_passage(lexical_terms(_embedded_text(passage, text))), attributes)
        for passage, vector in zip(passages, vectors, strict=True)
    ]


def _added(
    sums: Mapping[Language, VectorSum], passages: Sequence[Passage], vectors: Vectors
) -> dict[Language, VectorSum]:
    total = dict(sums)
    for language in LANGUAGES:
        rows = [row for row, passage in enumerate(passages) if passage.language == language]
        if rows:
            total[language] += VectorSum(len(rows), vectors[rows].sum(axis=0, dtype=np.float64))
    return total


def _encode_sums(sums: Mapping[Language, VectorSum], passages: int) -> bytes:
    buffer = io.BytesIO()
    arrays = {f"sum_{language}": seen.sum for language, seen in sums.items()}
    counts = {f"count_{language}": np.array(seen.count) for language, seen in sums.items()}
    np.savez(buffer, passages=np.array(passages), **arrays, **counts)  # type: ignore[arg-type]
    return buffer.getvalue()


def _decode_sums(data: bytes) -> tuple[dict[Language, VectorSum], int]:
    with np.load(io.BytesIO(data)) as stored:
        sums = {
            language: VectorSum(int(stored[f"count_{language}"]), stored[f"sum_{language}"])
            for language in LANGUAGES
            if stored[f"count_{language}"]
        }
        return sums, int(stored["passages"])


def _reading_name(job: Job) -> str:
    """The same bytes, read in the same way."""
    return f"{job.content_hash}-{PARSER_VERSION}"


def _sums_key(version_id: str) -> str:
    return f"versions/{version_id}/sums.npz"

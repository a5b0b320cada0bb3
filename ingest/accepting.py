"""Files whose bytes are stored become something to read, or are refused by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from ingest.parsing.media_types import sniff_file
from rag.errors import AttachmentMissing, EmptyFile, FileRejected
from rag.store.attached_files import AttachedFiles
from rag.store.blobs import BlobStore, StoredBlob
from rag.store.submissions import NewAttachment

UNKNOWN_TYPE = "application/octet-stream"
NOT_STORED = StoredBlob(sha256="", size_bytes=0, key="")


async def media_type_of(blobs: BlobStore, blob: StoredBlob, name: str) -> str:
    """By the bytes, held against the name. Raises EmptyFile, and what `sniff_file` raises."""
    if blob.size_bytes == 0:
        raise EmptyFile()
    return str(await asyncio.to_thread(sniff_file, await blobs.path(blob.key), name))


async def accepted_attachments(
    blobs: BlobStore, files: AttachedFiles, version_id: str, limit_bytes: int
) -> list[NewAttachment]:
    """What hangs on a version, its bytes stored like those of an upload; the unreadable with the reason."""
    attachments = []
    for place, (name, held) in enumerate(await files.names(version_id)):
        if not held:
            attachments.append(_refused(name, NOT_STORED, AttachmentMissing()))
            continue
        # An attachment is smaller than its mail, which was within the limit.
        blob = await blobs.put_stream(_once(await files.content(version_id, place)), limit_bytes)
        try:
            media_type = await media_type_of(blobs, blob, name)
        except FileRejected as error:
            attachments.append(_refused(name, blob, error))
        else:
            attachments.append(NewAttachment(name, media_type, blob.sha256, blob.key, blob.size_bytes))
    return attachments


def _refused(name: str, blob: StoredBlob, error: FileRejected) -> NewAttachment:
    return NewAttachment(name, UNKNOWN_TYPE, blob.sha256, blob.key, blob.size_bytes, error)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

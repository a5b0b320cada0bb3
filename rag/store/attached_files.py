"""What hangs on a file, kept from when the file is read until documents are made of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.documents import Attachment
from rag.store.blobs import BlobStore


class AttachedFiles:
    """Attachments by the version that they hang on, over the blob store: beside its text, as safe from the sweep."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def put(self, version_id: str, attachments: Sequence[Attachment]) -> None:
        """Contents first: what the list names is there."""
        for place, attachment in enumerate(attachments):
            if attachment.content is not None:
                await self._blobs.put(_content_key(version_id, place), attachment.content)
        listed = [[attachment.name, attachment.content is not None] for attachment in attachments]
        await self._blobs.put(_list_key(version_id), json.dumps(listed).encode())

    async def names(self, version_id: str) -> list[tuple[str, bool]]:
        """Each name, and whether its content is there; nothing for a version without attachments."""
        key = _list_key(version_id)
        if not await self._blobs.exists(key):
            return []
        return [(str(name), bool(held)) for name, held in json.loads(await self._blobs.get(key))]

    async def content(self, version_id: str, place: int) -> bytes:
        """Of the attachment at that place of `names`. Raises BlobNotFound."""
        return await self._blobs.get(_content_key(version_id, place))

    async def drop(self, version_id: str) -> None:
        """Contents first: a list that is left says what is still to go."""
        names = await self.names(version_id)
        for place, (_, held) in enumerate(names):
            if held:
                await self._blobs.delete(_content_key(version_id, place))
        if names:
            await self._blobs.delete(_list_key(version_id))


def _list_key(version_id: str) -> str:
    return f"versions/{version_id}/attachments.json"


def _content_key(version_id: str, place: int) -> str:
    return f"versions/{version_id}/attachment-{place}"

"""Watched folders: what changes in them changes in their collections, without anybody's asking."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

from ingest.folders import FolderPlan, FolderScan, KnownDocument, plan
from ingest.intake import Intake, Upload
from rag.errors import ChuchuError, FileRejected, NotFound
from rag.store.document_store import DocumentStore
from rag.store.jobs import BULK
from rag.store.listings import DocumentListing

log = logging.getLogger("chuchu.ingest")

SETTLED_S = 2.0
"""A file that changed less long ago may still be being written."""
_AT_A_TIME = 500
_READ_BYTES = 1024 * 1024


class FolderWatcher:
    """Looks at folders in turn, by collection. Polling, because what network shares change no kernel announces."""

    def __init__(self, documents: DocumentStore, intake: Intake, folders: Mapping[str, Path], every_s: float) -> None:
        self._documents = documents
        self._intake = intake
        self._scans = {
            collection: (folder.resolve(), FolderScan(folder.resolve())) for collection, folder in folders.items()
        }
        self._every_s = every_s
        self._said: set[str] = set()
        self._watching: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def look(self) -> None:
        """One look at every folder. A folder that cannot be read, or is suddenly empty, is left alone, and said."""
        for collection, (folder, scan) in self._scans.items():
            try:
                await self._agree(collection, folder, scan)
            except (ChuchuError, OSError) as error:
                self._say(f"watched folder {folder}: {error}")

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                # A defect that one file meets must not end the watching of all others.
                log.exception("unexpected, looked again in %g s", self._every_s)
            await asyncio.sleep(self._every_s)

    async def _agree(self, collection: str, folder: Path, scan: FolderScan) -> None:
        files = await asyncio.to_thread(scan.files)
        known = [one async for one in self._known(collection)]
        await self._apply(collection, plan(folder, files, known))

    async def _apply(self, collection: str, todo: FolderPlan) -> None:
        for document, path in todo.moved:
            await self._intake.move(document.id, path.as_uri())
        for path in (*todo.added, *todo.changed):
            if await asyncio.to_thread(_is_settled, path):
                await self._submit(collection, path)
        for document in todo.deleted:
            with suppress(NotFound):  # somebody was faster
                await self._intake.delete(document.id)

    async def _submit(self, collection: str, path: Path) -> None:
        upload = Upload(path.name, path.as_uri(), collection, priority=BULK)
        try:
            await self._intake.submit(upload, _bytes(path))
        except FileRejected as error:
            self._say(f"{path}: {error}")  # it is listed with its failure

    async def _known(self, collection: str) -> AsyncIterator[KnownDocument]:
        after: str | None = None
        while listings := await self._documents.documents(collection, limit=_AT_A_TIME, after=after):
            for listing in listings:
                yield KnownDocument(listing.document.id, listing.document.uri, _last_hash(listing))
            after = listings[-1].document.id

    def _say(self, message: str) -> None:
        """Once: the next look, in seconds, finds the same."""
        if message not in self._said:
            self._said.add(message)
            log.warning("%s", message)


def _last_hash(listing: DocumentListing) -> str:
    """Of the last submission, so that a file which failed is not handed in again at every look."""
    if listing.job is not None:
        return listing.job.content_hash
    return listing.version.content_hash if listing.version else ""


def _is_settled(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime >= SETTLED_S
    except OSError:
        return False


async def _bytes(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, _READ_BYTES):
            yield block

"""The stores that the settings ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.settings import Settings
from rag.store.blobs import BlobStore
from rag.store.database import Database, open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.folder_blobs import FolderBlobStore
from rag.store.job_store import JobStore


@dataclass(frozen=True, slots=True)
class Stores:
    """All that is durable, open. It belongs to the event loop that opened it."""

    documents: DocumentStore
    jobs: JobStore
    blobs: BlobStore
    database: Database

    async def close(self) -> None:
        await self.database.close()


async def open_stores(settings: Settings, data_dir: Path) -> Stores:
    """Raises SettingsInvalid, BlobsUnavailable, DatabaseUnavailable, StoreVersionMismatch."""
    url = database_url(settings.database, data_dir)
    blobs = FolderBlobStore(data_dir / "blobs")
    database = await open_database(url)
    return Stores(DocumentStore(database), JobStore(database), blobs, database)

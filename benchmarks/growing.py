"""A corpus that grows by ingestion until it has a wanted size, and may have been begun by an earlier run."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from api.services import Services, open_services
from benchmarks.jobs import ingested
from benchmarks.recombined import Recombined
from benchmarks.timed_index import TimedIndex
from rag.models.embedding import Embedder
from rag.settings import Settings

_AT_ONCE = 8
"""Documents submitted at a time: as many as are worked on."""


@dataclass(frozen=True, slots=True)
class Growing:
    """Services of this process with a corpus of texts that are made up as it grows."""

    services: Services
    index: TimedIndex
    made: Recombined

    async def grown(self, wanted: int) -> tuple[int, float]:
        """Ingest until there are so many passages: how many were new, and the seconds that it took."""
        new, started = 0, time.perf_counter()
        held = await self.index.count()
        number = await self.services.stores.documents.generation()
        documents = self.made.documents(start=number)
        while held + new < wanted:
            new += await ingested(self.services, list(islice(documents, _AT_ONCE)))
        return new, time.perf_counter() - started


@asynccontextmanager
async def growing(settings: Settings, folder: Path, made: Recombined, embedder: Embedder) -> AsyncIterator[Growing]:
    """Open a corpus in this folder, or make one."""
    index = TimedIndex(folder / "index", settings.index)
    opened = settings.model_copy(update={"data_dir": folder})
    async with open_services(opened, working=True, embedder=embedder, index=index) as services:
        yield Growing(services, index, made)

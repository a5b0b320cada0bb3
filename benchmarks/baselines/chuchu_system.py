"""Ours, through the door that any upload takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from api.services import Services, open_services
from benchmarks.baselines.system import PASSAGES, Found
from ingest.intake import Upload
from rag.evaluation.datasets import CorpusDocument
from rag.models.embedding import Embedder
from rag.settings import Settings

_LOOK_EVERY_S = 0.05


class ChuchuSystem:
    def __init__(self, embedder: Embedder, settings: Settings) -> None:
        self._runner = asyncio.Runner()
        self._folder = TemporaryDirectory(prefix="chuchu-bench-")
        self._stack = AsyncExitStack()
        database = settings.database.model_copy(update={"url": type(settings.database.url)("")})
        index = settings.index.model_copy(update={"backend": "edge"})
        changed = {"data_dir": Path(self._folder.name), "database": database, "index": index}
        scratch = settings.model_copy(update=changed)
        services = open_services(scratch, working=True, embedder=embedder)
        self._services: Services = self._runner.run(self._stack.enter_async_context(services))

    def index(self, documents: Sequence[CorpusDocument]) -> None:
        self._runner.run(self._index(documents))

    def search(self, question: str) -> list[Found]:
        found = self._runner.run(self._services.retriever.retrieve(question, limit=PASSAGES))
        return [Found(passage.uri, passage.text) for passage in found.passages]

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()
        self._folder.cleanup()

    async def _index(self, documents: Sequence[CorpusDocument]) -> None:
        for document in documents:
            upload = Upload(f"{document.id}.txt", document.id, "default", document.title)
            await self._services.intake.submit(upload, _once(document.text))
        while await self._services.stores.jobs.unfinished_jobs():  # noqa: ASYNC110 - as every client does
            await asyncio.sleep(_LOOK_EVERY_S)


async def _once(text: str) -> AsyncIterator[bytes]:
    yield text.encode()

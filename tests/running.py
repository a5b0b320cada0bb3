"""The whole service at a small size: real stores, index, worker and parsers, a hashing embedder, a scripted model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from api.services import Services, open_services
from ingest.intake import Upload
from rag.models.chat import ChatModel
from rag.models.embedding import Embedder
from rag.settings import Settings
from rag.store.jobs import Job
from rag.store.submissions import Submission
from rag.testing import HashEmbedder, ScriptedChat

T = TypeVar("T")

PATIENCE_S = 60.0
"""Far longer than anything here takes on an idle machine: tests run beside other work."""


def tiny_settings(data_dir: Path, **sections: Any) -> Settings:
    sections.setdefault("chat", {"backend": "none"})
    return Settings(data_dir=data_dir, **sections)


def with_services(
    data_dir: Path | Settings,
    scenario: Callable[[Services], Awaitable[T]],
    *,
    embedder: Embedder | None = None,
    chat: ChatModel | None = None,
    **options: Any,
) -> T:
    """Open the services, run the scenario, close them: one process's life."""
    settings = data_dir if isinstance(data_dir, Settings) else tiny_settings(data_dir)

    async def life() -> T:
        opened = open_services(
            settings, embedder=embedder or HashEmbedder(), chat=chat or ScriptedChat("It is so [1]."), **options
        )
        async with opened as services:
            return await scenario(services)

    return asyncio.run(life())


async def submitted(
    services: Services, name: str, content: str | bytes, *, uri: str = "", collection: str = "default"
) -> Submission:
    async def once() -> AsyncIterator[bytes]:
        yield content.encode() if isinstance(content, str) else content

    return await services.intake.submit(Upload(name=name, uri=uri or name, collection=collection), once())


async def ended(services: Services, job: Job | None) -> Job:
    """The job once it has ended."""
    assert job is not None
    job_id = job.id
    await until(lambda: _finished(services, job_id))
    return await services.intake.status(job_id)


async def ingested(services: Services, name: str, content: str | bytes, **where: str) -> Job:
    """Hand in a file and wait for what becomes of it."""
    return await ended(services, (await submitted(services, name, content, **where)).job)


async def nothing_left_to_remove(services: Services) -> None:
    await until(lambda: _none_pending(services))


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not await holds():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def _finished(services: Services, job_id: str) -> bool:
    return (await services.intake.status(job_id)).finished


async def _none_pending(services: Services) -> bool:
    return not await services.stores.documents.pending_removals()

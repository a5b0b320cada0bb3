"""Handing made-up documents to services in this process, and waiting for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from api.services import Services
from benchmarks.corpus import MadeUpDocument
from ingest.intake import Upload
from rag.store.jobs import Job, JobStatus

_POLL_S = 0.25


async def ingested(services: Services, documents: Sequence[MadeUpDocument]) -> int:
    """Submit them at once and wait until all are live: their passages. Raises RuntimeError for one that fails."""
    jobs = [await _submitted(services, document) for document in documents]
    return sum([await _passages(services, job) for job in jobs])


async def _submitted(services: Services, document: MadeUpDocument) -> Job:
    upload = Upload(document.name, f"bench:{document.name}", "default")
    submission = await services.intake.submit(upload, _content(document))
    assert submission.job is not None, "made-up documents are new ones"
    return submission.job


async def _content(document: MadeUpDocument) -> AsyncIterator[bytes]:
    yield document.text.encode()


async def _passages(services: Services, submitted: Job) -> int:
    while not (job := await services.intake.status(submitted.id)).finished:  # noqa: ASYNC110 - as every client does
        await asyncio.sleep(_POLL_S)
    if job.status is not JobStatus.SUCCEEDED:
        raise RuntimeError(f"{job.name} was not ingested: {job.status}")
    return job.total

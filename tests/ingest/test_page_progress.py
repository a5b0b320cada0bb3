"""A job says which page its file is at; a file that nobody wants is not read on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from api.services import Services
from ingest.page_progress import PageProgress
from ingest.parsing.records import PageRead
from rag.errors import DatabaseUnavailable, NoText
from tests.running import submitted, until, with_services


async def started(services: Services) -> str:
    job = (await submitted(services, "a.md", "# Leave")).job
    assert job is not None
    await services.stores.jobs.start(job.id)
    return job.id


def test_the_latest_page_is_told_now_and_then(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job_id = await started(services)
        progress = PageProgress(services.stores.jobs, job_id, every_s=0.01)

        async def reading() -> str:
            for page in (PageRead(1, 9), PageRead(2, 9), PageRead(7, 9, recognised=True)):
                progress.heard(page)
            await until(lambda: told(7))
            return "text"

        async def told(number: int) -> bool:
            return (await services.stores.jobs.job(job_id)).done == number

        assert await progress.follow(reading()) == "text"
        job = await services.stores.jobs.job(job_id)
        assert (job.stage, job.done, job.total) == ("recognise", 7, 9)

    with_services(tmp_path, scenario, working=False)


def test_a_cancelled_job_stops_its_reading(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job_id = await started(services)
        progress = PageProgress(services.stores.jobs, job_id, every_s=0.01)
        stopped = asyncio.Event()

        async def reading() -> str:
            await services.intake.cancel(job_id)
            progress.heard(PageRead(1, 9))
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                stopped.set()
                raise
            return "text"

        assert await progress.follow(reading()) is None
        assert stopped.is_set()

    with_services(tmp_path, scenario, working=False)


class SilentJobs:
    async def progress(self, *_: object) -> bool:
        raise DatabaseUnavailable(reason="locked")


def test_news_that_cannot_be_told_cost_nothing() -> None:
    progress = PageProgress(SilentJobs(), "j", every_s=0.01)  # type: ignore[arg-type]

    async def reading() -> str:
        progress.heard(PageRead(1, 9))
        await asyncio.sleep(0.05)
        return "text"

    assert asyncio.run(progress.follow(reading())) == "text"


def test_what_the_reading_raises_is_raised() -> None:
    progress = PageProgress(SilentJobs(), "j")  # type: ignore[arg-type]

    async def reading() -> str:
        raise NoText()

    with pytest.raises(NoText):
        asyncio.run(progress.follow(reading()))

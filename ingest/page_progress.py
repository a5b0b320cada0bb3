"""How far the reading of a file is, told to its job; and the reading stopped when the job is no longer wanted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from ingest.parsing.records import PageRead
from rag.errors import Unavailable
from rag.store.job_store import JobStore

log = logging.getLogger("chuchu.ingest")

TOLD_EVERY_S = 1.0
"""Pages are read by the dozen in a second, and each telling is a write to the database."""

READING, RECOGNISING = "parse", "recognise"

T = TypeVar("T")


class PageProgress:
    """Of one reading of one job's file: hears of every page, tells the latest now and then."""

    def __init__(self, jobs: JobStore, job_id: str, every_s: float = TOLD_EVERY_S) -> None:
        self._jobs = jobs
        self._job_id = job_id
        self._every_s = every_s
        self._latest: PageRead | None = None

    def heard(self, page: PageRead) -> None:
        self._latest = page

    async def follow(self, reading: Coroutine[Any, Any, T]) -> T | None:
        """What the reading gives, or raises; None when it was stopped because nobody wants its job done."""
        work = asyncio.create_task(reading)
        telling = asyncio.create_task(self._tell_while_wanted())
        try:
            await asyncio.wait({work, telling}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            telling.result()
            return None
        finally:
            for task in (work, telling):
                task.cancel()
            await asyncio.gather(work, telling, return_exceptions=True)

    async def _tell_while_wanted(self) -> None:
        wanted = True
        while wanted:
            await asyncio.sleep(self._every_s)
            page, self._latest = self._latest, None
            if page is not None:
                wanted = await self._tell(page)

    async def _tell(self, page: PageRead) -> bool:
        stage = RECOGNISING if page.recognised else READING
        try:
            return await self._jobs.progress(self._job_id, stage, page.number, page.total)
        except Unavailable as error:
            # What is read is worth more than the news of it; the step's end tells whether the database is there.
            log.warning("%s", error)
            return True

"""Jobs on their way: which are to be done, how far they are, how they ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.errors import ChuchuError
from rag.store import retrying
from rag.store.clock import Clock, utc_now
from rag.store.database import Database
from rag.store.jobs import ACTIVE, UNFINISHED, Job, JobCounters, JobStatus
from rag.store.reading import Reading
from rag.store.rows import JOBS, job_row, lock_job, to_job
from rag.store.tables import jobs, versions


class JobStore:
    """Every method is one transaction and raises DatabaseUnavailable, and JobNotFound for an unknown job.

    A job that ended stays as it ended: whatever comes late changes nothing. It succeeds by `DocumentStore.publish`.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    async def job(self, job_id: str) -> Job:
        async with self._database.read() as connection:
            return to_job(await job_row(connection, job_id))

    async def unfinished_jobs(self, limit: int | None = None) -> list[Job]:
        """What is to be done, in the order in which it should be: the highest priority first, then the oldest.

        Paused jobs are not among them.
        """
        query = JOBS.where(jobs.c.status.in_(ACTIVE))
        query = query.order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id).limit(limit)
        async with self._database.read() as connection:
            return [to_job(row) for row in await connection.execute(query)]

    async def jobs(
        self, statuses: Collection[JobStatus] | None = None, *, limit: int = 50, after: str | None = None
    ) -> list[Job]:
        """The newest first, of the given statuses; `after` is the id of the last job of the page before."""
        query = JOBS if statuses is None else JOBS.where(jobs.c.status.in_(statuses))
        if after is not None:
            last = select(jobs.c.created_at, jobs.c.id).where(jobs.c.id == after)
            query = query.where(tuple_(jobs.c.created_at, jobs.c.id) < last.scalar_subquery())
        query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [to_job(row) for row in await connection.execute(query)]

    async def counters(self) -> JobCounters:
        """How many jobs there are of each status, and how much has come of them."""
        by_status = select(jobs.c.status, func.count()).group_by(jobs.c.status)
        held = select(func.count(), func.sum(versions.c.pages), func.sum(versions.c.passages)).where(
            versions.c.status == VersionStatus.LIVE
        )
        async with self._database.read() as connection:
            counted = {JobStatus(status): number for status, number in await connection.execute(by_status)}
            documents, pages, passages = (await connection.execute(held)).one()
        return JobCounters(counted, documents, int(pages or 0), int(passages or 0))

    async def start(self, job_id: str) -> Job:
        """A worker takes the job up, perhaps again after a crash. See in the answer whether it is still wanted."""
        async with self._database.write() as connection:
            begun = {"status": JobStatus.RUNNING, "attempts": jobs.c.attempts + 1}
            return to_job(await self._change(connection, job_id, begun))

    async def progress(self, job_id: str, stage: str, done: int, total: int) -> bool:
        """Whether the job is still wanted: False once it was paused or cancelled, or ended otherwise."""
        async with self._database.write() as connection:
            row = await self._change(connection, job_id, {"stage": stage, "done": done, "total": total})
            return row.status in ACTIVE

    async def fail(self, job_id: str, error: ChuchuError) -> Job:
        """The job ends, and its version with it, for a reason that is kept with its details."""
        cause = {"error_code": error.code, "error_details": error.details}
        return await self._end(job_id, {"status": JobStatus.FAILED, **cause})

    async def quarantine(self, job_id: str, error: ChuchuError, reading: Reading) -> Job:
        """The job ends, and its version waits, with what was read, for somebody to release it."""
        cause = {"error_code": error.code, "error_details": error.details}
        held = {"status": VersionStatus.QUARANTINED, **reading.columns()}
        return await self._end(job_id, {"status": JobStatus.QUARANTINED, **cause}, held)

    async def cancel(self, job_id: str) -> Job:
        """The job ends because somebody wanted it to; its version never becomes live."""
        return await self._end(job_id, {"status": JobStatus.CANCELLED})

    async def pause(self, job_id: str) -> Job:
        """Nobody works on the job until it is resumed; one that has ended stays as it ended."""
        async with self._database.write() as connection:
            return to_job(await self._change(connection, job_id, {"status": JobStatus.PAUSED}))

    async def resume(self, job_id: str) -> Job:
        """A paused job is to be done again; any other stays as it is."""
        async with self._database.write() as connection:
            again = {"status": JobStatus.QUEUED}
            return to_job(await self._change(connection, job_id, again, (JobStatus.PAUSED,)))

    async def retry(self, job_id: str, new_id: str, parser_version: str) -> Job:
        """A new job for the same file, which is read and judged anew. Raises JobNotRetryable."""
        async with self._database.write() as connection:
            return to_job(await retrying.retry(connection, job_id, new_id, parser_version, self._now()))

    async def _end(self, job_id: str, values: dict[str, Any], version: dict[str, Any] | None = None) -> Job:
        async with self._database.write() as connection:
            job = await lock_job(connection, job_id)
            if job.status in UNFINISHED:
                dropped = update(versions).where(versions.c.id == job.version_id)
                await connection.execute(dropped.values(version or {"status": VersionStatus.FAILED}))
            return to_job(await self._change(connection, job_id, values, UNFINISHED))

    async def _change(
        self,
        connection: AsyncConnection,
        job_id: str,
        values: dict[str, Any],
        statuses: Collection[JobStatus] = ACTIVE,
    ) -> Row[Any]:
        """Change the job if it has one of the statuses; its row either way."""
        changeable = (jobs.c.id == job_id) & jobs.c.status.in_(statuses)
        await connection.execute(update(jobs).where(changeable).values(updated_at=self._now(), **values))
        return await job_row(connection, job_id)

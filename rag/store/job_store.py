"""Jobs on their way: which are to be done, how far they are, how they ended."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import VersionStatus
from rag.errors import ChuchuError
from rag.store.clock import Clock, utc_now
from rag.store.database import Database
from rag.store.jobs import UNFINISHED, Job, JobStatus
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
        """In the order in which they should be worked on: by priority, the highest first, then the oldest first."""
        query = JOBS.where(jobs.c.status.in_(UNFINISHED))
        query = query.order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id).limit(limit)
        async with self._database.read() as connection:
            return [to_job(row) for row in await connection.execute(query)]

    async def start(self, job_id: str) -> Job:
        """A worker takes the job up, perhaps again after a crash. See in the answer whether it is still wanted."""
        async with self._database.write() as connection:
            begun = {"status": JobStatus.RUNNING, "attempts": jobs.c.attempts + 1}
            return to_job(await self._change(connection, job_id, begun))

    async def progress(self, job_id: str, stage: str, done: int, total: int) -> bool:
        """Whether the job is still wanted: False once it was cancelled or ended otherwise."""
        async with self._database.write() as connection:
            row = await self._change(connection, job_id, {"stage": stage, "done": done, "total": total})
            return row.status in UNFINISHED

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

    async def _end(self, job_id: str, values: dict[str, Any], version: dict[str, Any] | None = None) -> Job:
        async with self._database.write() as connection:
            job = await lock_job(connection, job_id)
            if job.status in UNFINISHED:
                dropped = update(versions).where(versions.c.id == job.version_id)
                await connection.execute(dropped.values(version or {"status": VersionStatus.FAILED}))
            return to_job(await self._change(connection, job_id, values))

    async def _change(self, connection: AsyncConnection, job_id: str, values: dict[str, Any]) -> Row[Any]:
        """Change the job unless it has ended; its row either way."""
        unfinished = (jobs.c.id == job_id) & jobs.c.status.in_(UNFINISHED)
        await connection.execute(update(jobs).where(unfinished).values(updated_at=self._now(), **values))
        return await job_row(connection, job_id)

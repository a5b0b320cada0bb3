"""Durable work: the pipeline's steps as DBOS workflows, continued after any crash.

The job rows are the truth. Submitting is one database transaction and nothing else; the worker looks for unfinished
rows and starts a workflow with the job's id for each, so that starting one twice is starting it once. DBOS remembers
which steps are done and retries those that a service's absence cut short. Its workflows run in threads of its own,
and every step runs on the service's event loop, where the stores and the index live.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._error import DBOSMaxStepRetriesExceeded  # its public module does not export it

from ingest.labelling import label_unlabelled
from ingest.pipeline import IngestPipeline
from rag.errors import ChuchuError, InternalError, Rejected, Unavailable
from rag.store.clock import utc_now
from rag.store.jobs import INTERACTIVE, Job, JobStatus

log = logging.getLogger("chuchu.ingest")

QUEUE = "ingest"
URGENT_QUEUE = "ingest-urgent"
URGENT_CONCURRENCY = 2
"""Places that a bulk import never takes: a single upload begins at once, however many others wait."""
QUEUE_POLL_S = 0.05
"""How often DBOS looks at its queue. At its default of 1 s, 200 small documents would wait for their turns alone."""
JOBS_POLL_S = 1.0
"""How often job rows are looked for that another process submitted; one's own are announced."""
LOOK_AGAIN_S = 10.0
"""How often it is made sure that what was handed on is still on its way."""
_FIRST = 1000
"""DBOS takes the lowest number first, from 1 on; ours are at most in the tens, and the highest goes first."""
WINDOW = 64
"""Jobs handed to DBOS ahead of their turn: the rest of a bulk import stays in our table, where order can change."""
WORKFLOW_VERSION = "1"
"""Raise it when the order of steps changes: DBOS continues a workflow only in the version that began it."""
STEP_ATTEMPTS = 8
STEP_PAUSE_S = 1.0
"""Before the second attempt, and twice as long before each further one: a service may be away for two minutes, as long
as a host takes to restart, without costing a document."""
SWEEP_S = 3600.0
"""How often the blob store is looked through for what dead processes left; the first time when the worker starts."""

MOST_STARTS = 20
"""A file whose work ends the process that often, by a crash in native code or for want of memory, is given up."""
ABANDONED_S = 300.0
"""Beyond the time that a file may be parsed: a job without progress for longer has lost its worker. Should that be
merely slow, both work on it, which the steps bear.
"""

Result = TypeVar("Result")


class _Stopped(BaseException):
    """The worker closes. DBOS records exceptions as a step's outcome, but not this: the next start repeats the step."""


class JobWorker:
    """Works on jobs until it is closed; one in a process, because DBOS is one in a process."""

    def __init__(self, pipeline: IngestPipeline, database_url: str, executor: str, concurrency: int) -> None:
        self._pipeline = pipeline
        self._concurrency = concurrency
        self._config = DBOSConfig(
            name="chuchu",
            system_database_url=database_url,
            executor_id=executor,
            application_version=WORKFLOW_VERSION,
            log_level="ERROR",
        )
        self._handed_on: set[str] = set()
        self._look_again_at = 0.0
        self._restored = False
        self._swept_at: float | None = None
        self._steps: set[Future[Any]] = set()
        self._closing = False
        self._announced = asyncio.Event()
        self._feeding: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Continue what a crash cut short, then look for work."""
        self._loop = asyncio.get_running_loop()
        self._opened_at = time.monotonic()
        await asyncio.to_thread(self._launch)
        self._feeding = asyncio.create_task(self._feed())

    async def close(self) -> None:
        """Stop now, before what the steps work with is closed. The next start continues what was begun."""
        self._closing = True
        if self._feeding is not None:
            self._feeding.cancel()
            with suppress(asyncio.CancelledError):
                await self._feeding
        for step in list(self._steps):
            step.cancel()
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    def announce(self) -> None:
        """Something was submitted or deleted: look now rather than at the next turn."""
        self._announced.set()

    async def _feed(self) -> None:
        while not self._closing:
            try:
                await self._hand_on()
            except Unavailable as error:
                log.warning("%s", error)
            except Exception:
                # A defect in one removal or one look at DBOS must not end the worker: nothing would be ingested again.
                log.exception("unexpected, tried again in %g s", JOBS_POLL_S)
            # Not `wait_for`: in Python 3.11 it swallows a cancellation that meets an announcement.
            with suppress(TimeoutError):
                async with asyncio.timeout(JOBS_POLL_S):
                    await self._announced.wait()
            self._announced.clear()

    async def _hand_on(self) -> None:
        """Give DBOS the next jobs of the table, and the removals that deletions and failures left to do."""
        if not self._restored:
            await self._pipeline.restore()
            await label_unlabelled(self._pipeline.stores.documents, self._pipeline.index)
            self._restored = True
        if time.monotonic() > self._look_again_at:
            self._handed_on.clear()
            self._look_again_at = time.monotonic() + LOOK_AGAIN_S
        waiting = await self._pipeline.stores.jobs.unfinished_jobs(limit=WINDOW)
        for job in waiting:
            if job.id not in self._handed_on:
                await self._hand_on_one(job)
        self._handed_on = {job.id for job in waiting}
        await self._pipeline.remove_leftovers()
        await self._sweep()

    async def _sweep(self) -> None:
        """What came in since this worker opened, or swept last, may still be on its way into the database."""
        since = self._opened_at if self._swept_at is None else self._swept_at
        if self._swept_at is None or time.monotonic() > self._swept_at + SWEEP_S:
            now = time.monotonic()
            await self._pipeline.remove_orphans(now - since)
            self._swept_at = now

    def _launch(self) -> None:
        DBOS(config=self._config)
        self._register()
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=QUEUE_POLL_S)
        DBOS.register_queue(URGENT_QUEUE, worker_concurrency=URGENT_CONCURRENCY, polling_interval_sec=QUEUE_POLL_S)

    async def _hand_on_one(self, job: Job) -> None:
        if not await asyncio.to_thread(self._enqueue, job, self._seems_abandoned(job)):
            reason = f"the process ended {MOST_STARTS} times while it worked on this file"
            await self._fail(job.id, InternalError(reason=reason))

    def _seems_abandoned(self, job: Job) -> bool:
        patience = timedelta(seconds=2 * self._pipeline.settings.parse_timeout_s + ABANDONED_S)
        return job.status is JobStatus.RUNNING and utc_now() - job.updated_at > patience

    def _enqueue(self, job: Job, abandoned: bool) -> bool:
        """Start the job's workflow; False for one that was started too often.

        One that ended without ending its job, as in a lost database, is run anew; one that another worker left behind
        is continued. A worker's own are continued by DBOS when it starts.
        """
        attempt, workflow_id, queue = 0, job.id, _queue_of(job)
        while (status := DBOS.get_workflow_status(workflow_id)) is not None:
            if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
                return False
            if status.status in ("ENQUEUED", "PENDING", "DELAYED"):
                if abandoned and status.status == "PENDING" and status.executor_id != self._config["executor_id"]:
                    DBOS.resume_workflow(workflow_id, queue_name=queue)
                return True
            attempt, workflow_id = attempt + 1, f"{job.id}:{attempt + 1}"
        with SetWorkflowID(workflow_id), SetEnqueueOptions(priority=max(1, _FIRST - job.priority)):
            DBOS.enqueue_workflow(queue, self._workflow, job.id)
        return True

    def _register(self) -> None:
        parse = self._step("parse", self._pipeline.parse)
        embed = self._step("embed", self._pipeline.embed)
        publish = self._step("publish", self._publish)
        discard = self._step("discard", self._pipeline.discard)
        fail = self._step("fail", self._fail)

        def ingest(job_id: str) -> None:
            try:
                if parse(job_id) and embed(job_id):
                    publish(job_id)
                else:
                    discard(job_id)
            except DBOSMaxStepRetriesExceeded as error:
                fail(job_id, _named(error.errors[-1]))
            except Exception as error:  # noqa: BLE001 - a defect of ours costs its job, with its name, not the worker
                fail(job_id, _named(error))

        self._workflow = DBOS.workflow(name="ingest", max_recovery_attempts=MOST_STARTS)(ingest)

    def _step(self, name: str, work: Callable[..., Coroutine[Any, Any, Result]]) -> Callable[..., Result]:
        """A step of that name: tried again with growing pauses while a service is away, never for a bad file."""

        def run(*arguments: Any) -> Result:
            return self._on_loop(work, arguments)

        run.__qualname__ = run.__name__ = name
        step = DBOS.step(
            name=name,
            retries_allowed=True,
            interval_seconds=STEP_PAUSE_S,
            max_attempts=STEP_ATTEMPTS,
            should_retry=_may_pass,
        )
        return step(run)

    def _on_loop(self, work: Callable[..., Coroutine[Any, Any, Result]], arguments: tuple[Any, ...]) -> Result:
        """Have a step's work done on the service's event loop, and wait for it. Raises _Stopped when that ends."""
        if self._closing:
            raise _Stopped
        step = asyncio.run_coroutine_threadsafe(work(*arguments), self._loop)
        self._steps.add(step)
        try:
            return step.result()
        except CancelledError:
            raise _Stopped from None
        finally:
            self._steps.discard(step)

    async def _publish(self, job_id: str) -> None:
        await self._pipeline.publish(job_id)
        self.announce()

    async def _fail(self, job_id: str, error: ChuchuError) -> None:
        job = await self._pipeline.stores.jobs.fail(job_id, error)
        # A job that had ended before, as by a deletion, has lost what it works with: that is no failure.
        if job.status is JobStatus.FAILED and not isinstance(error, Rejected):
            log.error("job %s: %s", job_id, error)
        self.announce()


def _queue_of(job: Job) -> str:
    return URGENT_QUEUE if job.priority >= INTERACTIVE else QUEUE


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Unavailable)


def _named(error: BaseException) -> ChuchuError:
    if isinstance(error, ChuchuError):
        return error
    log.error("unexpected", exc_info=error)
    return InternalError(reason=f"{type(error).__name__}: {error}")

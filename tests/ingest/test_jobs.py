from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from api.services import Services
from ingest import jobs
from ingest.intake import Upload
from rag.errors import IndexUnavailable, InternalError
from rag.models.embedding import Vectors
from rag.store.jobs import INTERACTIVE, Job, JobStatus
from rag.store.submissions import NewDocument
from rag.testing import HashEmbedder
from tests.faulty import DefectiveEmbedder, FlakyIndex, GatedEmbedder
from tests.running import ended, ingested, submitted, tiny_settings, until, with_services

ROOT = Path(__file__).parents[2]
LEAVE = "# Leave\n\nThe notice period is 30 days.\n"


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STEP_PAUSE_S", 0.02)


@pytest.mark.usefixtures("short_pauses")
def test_an_absent_index_costs_attempts_not_the_document(tmp_path: Path) -> None:
    index = FlakyIndex(tmp_path, failures=3)

    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)

        assert job.status is JobStatus.SUCCEEDED
        assert index.attempts == 4
        assert await services.index.count() == 1

    with_services(tmp_path, scenario, index=index)


@pytest.mark.usefixtures("short_pauses")
def test_an_index_that_stays_away_fails_the_job_by_name(tmp_path: Path) -> None:
    index = FlakyIndex(tmp_path, failures=1000)

    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)

        assert job.status is JobStatus.FAILED
        assert isinstance(job.failure, IndexUnavailable)
        assert job.error_details == {"where": "the test", "reason": "it is away"}
        assert index.attempts == jobs.STEP_ATTEMPTS

    with_services(tmp_path, scenario, index=index)


def test_a_defect_of_ours_costs_its_job_and_not_the_worker(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        bad = await ingested(services, "bad.md", "# Machines\n\nThis one has a defect.\n")
        good = await ingested(services, "leave.md", LEAVE)

        assert isinstance(bad.failure, InternalError)
        assert bad.error_details == {"reason": "ZeroDivisionError: a bug"}
        assert good.status is JobStatus.SUCCEEDED

    with_services(tmp_path, scenario, embedder=DefectiveEmbedder())


def test_a_defect_between_jobs_does_not_end_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = iter([ZeroDivisionError("a bug")])

    async def scenario(services: Services) -> None:
        pending = services.stores.documents.pending_removals

        async def failing_once(limit: int = 100) -> object:
            for fault in faults:
                raise fault
            return await pending(limit)

        monkeypatch.setattr(type(services.stores.documents), "pending_removals", staticmethod(failing_once))
        first = await ingested(services, "leave.md", LEAVE)
        second = await ingested(services, "other.md", LEAVE)
        assert (first.status, second.status) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED)

    with_services(tmp_path, scenario)

    assert next(faults, None) is None


def test_work_goes_on_where_a_closed_process_left_it(tmp_path: Path) -> None:
    """Closed in the midst of embedding: the job has neither failed nor ended, and the next process ends it."""
    go_on = threading.Event()
    gated = GatedEmbedder("xylophone", lambda: go_on.wait(60))

    async def close_while_embedding(services: Services) -> str:
        gated.watched_from(asyncio.get_running_loop())
        job = (await submitted(services, "music.md", "# Music\n\nThe xylophone is red.\n")).job
        assert job is not None
        await asyncio.wait_for(gated.reached.wait(), 60)
        # The embedding thread is in the midst of its batch, and ends it while the services close.
        threading.Timer(0.3, go_on.set).start()
        return job.id

    async def finish(services: Services) -> None:
        job = await ended(services, await services.intake.status(job_id))
        assert job.status is JobStatus.SUCCEEDED
        assert job.attempts == 1
        assert await services.index.count() == 1

    async def look(services: Services) -> JobStatus:
        return (await services.intake.status(job_id)).status

    job_id = with_services(tmp_path, close_while_embedding, embedder=gated)

    assert with_services(tmp_path, look, working=False) is JobStatus.RUNNING
    with_services(tmp_path, finish)


def test_a_job_whose_worker_never_comes_back_is_continued_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container made anew has another name, and what its forerunner began was never ended."""
    go_on = threading.Event()
    gated = GatedEmbedder("xylophone", lambda: go_on.wait(60))

    async def close_while_embedding(services: Services) -> Job:
        gated.watched_from(asyncio.get_running_loop())
        job = (await submitted(services, "music.md", "# Music\n\nThe xylophone is red.\n")).job
        assert job is not None
        await asyncio.wait_for(gated.reached.wait(), 60)
        threading.Timer(0.3, go_on.set).start()
        return job

    async def patient(services: Services) -> JobStatus:
        await ingested(services, "leave.md", LEAVE)
        return (await services.intake.status(job.id)).status

    async def finish(services: Services) -> JobStatus:
        return (await ended(services, job)).status

    job = with_services(tmp_path, close_while_embedding, embedder=gated)
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as queue, queue:
        queue.execute("UPDATE workflow_status SET executor_id = 'gone'")

    assert with_services(tmp_path, patient) is JobStatus.RUNNING
    monkeypatch.setattr(jobs, "ABANDONED_S", -240.0)  # twice the default ingest.parse_timeout_s
    assert with_services(tmp_path, finish) is JobStatus.SUCCEEDED


FATAL = """
import os, sys
from pathlib import Path
from ingest import jobs
from ingest.intake import Upload
from rag.testing import HashEmbedder
from tests.running import ended, submitted, with_services

jobs.MOST_STARTS, jobs.LOOK_AGAIN_S = 2, 0.2

class Fatal(HashEmbedder):
    def embed_passages(self, texts):
        if any("xylophone" in text for text in texts):
            os._exit(3)
        return super().embed_passages(texts)

async def scenario(services):
    submission = await submitted(services, "music.md", "# Music\\n\\nThe xylophone is red.\\n")
    job = await ended(services, submission.job)
    print(job.status, job.error_code, job.error_details["reason"])

with_services(Path(sys.argv[1]), scenario, embedder=Fatal())
"""


@pytest.mark.slow
def test_a_file_that_ends_every_process_is_given_up(tmp_path: Path) -> None:
    ends = []
    for _ in range(6):
        command = [sys.executable, "-c", FATAL, str(tmp_path)]
        ends.append(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60))
        if ends[-1].returncode == 0:
            break

    assert [end.returncode for end in ends[:-1]] == [3] * (len(ends) - 1)
    assert len(ends) > 2
    reason = "failed internal-error the process ended 2 times while it worked on this file"
    assert ends[-1].stdout.strip() == reason, ends[-1].stderr


@pytest.mark.timeout(60)
def test_closing_at_the_moment_of_an_announcement_ends(tmp_path: Path) -> None:
    """`asyncio.wait_for` lost this cancellation, and the process never ended."""

    async def scenario(services: Services) -> None:
        await ingested(services, "leave.md", LEAVE)
        await submitted(services, "leave.md", LEAVE)

    with_services(tmp_path, scenario)


def test_jobs_that_another_process_submitted_are_found(tmp_path: Path) -> None:
    async def submit(services: Services) -> str:
        job = (await submitted(services, "leave.md", LEAVE)).job
        assert job is not None
        return job.id

    async def work(services: Services) -> JobStatus:
        return (await ended(services, await services.intake.status(job_id))).status

    job_id = with_services(tmp_path, submit, working=False)

    assert with_services(tmp_path, work) is JobStatus.SUCCEEDED


class RecordingEmbedder(HashEmbedder):
    """Remembers in which order texts came."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.seen += [text for text in texts if "urgency" in text]
        return super().embed_passages(texts)


def with_priority(job: Job, priority: int) -> NewDocument:
    """The same submission again, as a door that knows of urgency would make it."""
    return NewDocument(
        collection=job.collection,
        uri=job.uri,
        title=job.title,
        media_type=job.media_type,
        content_hash=job.content_hash,
        blob_key=job.blob_key,
        size_bytes=job.size_bytes,
        name=job.name,
        parser_version="1",
        priority=priority,
    )


def test_what_is_urgent_is_worked_on_first(tmp_path: Path) -> None:
    async def submit(services: Services) -> None:
        for priority in (0, 5, 1):
            submission = await submitted(services, f"{priority}.md", f"# Note\n\nIts urgency is {priority}.\n")
            assert submission.job is not None
            await services.intake.cancel(submission.job.id)
            await services.stores.documents.submit(with_priority(submission.job, priority))

    async def work(services: Services) -> None:
        for job in await services.stores.jobs.unfinished_jobs():
            await ended(services, job)

    embedder = RecordingEmbedder()
    with_services(tmp_path, submit, working=False)
    with_services(tiny_settings(tmp_path, ingest={"concurrency": 1}), work, embedder=embedder)

    assert [text[-2] for text in embedder.seen] == ["5", "1", "0"]


class SlowEmbedder(HashEmbedder):
    """Takes its time over each batch that holds the word `bulk`."""

    def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        if any("bulk" in text for text in texts):
            time.sleep(0.1)
        return super().embed_passages(texts)


def test_a_single_upload_does_not_wait_behind_a_bulk_import(tmp_path: Path) -> None:
    async def scenario(services: Services) -> tuple[JobStatus, int]:
        many = "\n\n".join(f"Part {n} of the bulk weighs {n} grams and is red. " * 8 for n in range(150))
        bulk = [await submitted(services, f"{n}.md", f"# {n}\n\n{many}\n") for n in range(6)]

        async def is_busy() -> bool:
            jobs = await services.stores.jobs.unfinished_jobs()
            return sum(job.status is JobStatus.RUNNING for job in jobs) >= 2

        await until(is_busy)
        upload = Upload("leave.md", "leave.md", "default", priority=INTERACTIVE)
        single = await services.intake.submit(upload, _once(LEAVE.encode()))

        job = await ended(services, single.job)
        waiting = len(await services.stores.jobs.unfinished_jobs())
        for submission in bulk:
            assert submission.job is not None
            await services.intake.cancel(submission.job.id)
        return job.status, waiting

    settings = tiny_settings(tmp_path, ingest={"concurrency": 2})

    assert with_services(settings, scenario, embedder=SlowEmbedder()) == (JobStatus.SUCCEEDED, 6)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_a_paused_job_goes_on_where_somebody_resumes_it(tmp_path: Path) -> None:
    go_on = threading.Event()
    gated = GatedEmbedder("xylophone", lambda: go_on.wait(60))

    async def scenario(services: Services) -> None:
        gated.watched_from(asyncio.get_running_loop())
        job = (await submitted(services, "music.md", "# Music\n\nThe xylophone is red.\n")).job
        assert job is not None
        await asyncio.wait_for(gated.reached.wait(), 60)

        paused = await services.intake.pause(job.id)
        go_on.set()
        await ingested(services, "leave.md", LEAVE)
        indexed_meanwhile = await services.index.count()
        await services.intake.resume(job.id)
        resumed = await ended(services, job)

        assert (paused.status, resumed.status) == (JobStatus.PAUSED, JobStatus.SUCCEEDED)
        assert indexed_meanwhile == 1
        assert await services.index.count() == 2

    with_services(tiny_settings(tmp_path, ingest={"concurrency": 1}), scenario, embedder=gated)


def test_a_failed_file_is_read_again_when_somebody_asks(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        failed = await ingested(services, "nothing.html", "<html></html>")

        again = await ended(services, await services.intake.retry(failed.id))

        assert (again.status, again.error_code) == (JobStatus.FAILED, "no-text")
        assert (again.id == failed.id, again.document_id == failed.document_id) == (False, True)

    with_services(tmp_path, scenario)

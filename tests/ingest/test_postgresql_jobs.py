"""The same work with PostgreSQL under our tables and under those of the job queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.services import Services
from rag.errors import NoText
from rag.settings import Settings
from rag.store.jobs import JobStatus
from tests.running import ended, ingested, nothing_left_to_remove, submitted, tiny_settings, with_services
from tests.services import PostgresServer, postgres_server  # noqa: F401

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"
LONGER_LEAVE = "# Leave\n\nThe notice period is 45 days.\n"


@pytest.fixture
def settings(postgres_server: PostgresServer, tmp_path: Path) -> Settings:  # noqa: F811
    database = {"url": postgres_server.emptied_database()}
    return tiny_settings(tmp_path, database=database, ingest={"keep_originals_s": 0})


@pytest.mark.slow
def test_documents_go_live_are_superseded_fail_and_go(settings: Settings) -> None:
    async def scenario(services: Services) -> None:
        old = await ingested(services, "leave.md", LEAVE)
        new = await ingested(services, "leave.md", LONGER_LEAVE)
        bad = await ingested(services, "bad.html", "<html><body></body></html>")
        await nothing_left_to_remove(services)

        assert (old.status, new.status, bad.status) == (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED, JobStatus.FAILED)
        assert isinstance(bad.failure, NoText)
        assert await services.index.version_passage_ids(old.version_id) == set()
        assert await services.index.count() == 1
        await services.intake.delete(new.document_id)
        await nothing_left_to_remove(services)
        assert await services.index.count() == 0

    with_services(settings, scenario)
    assert not (settings.data_dir / "jobs.db").exists()


@pytest.mark.slow
def test_what_one_process_submitted_another_works_on(settings: Settings) -> None:
    async def submit(services: Services) -> str:
        job = (await submitted(services, "leave.md", LEAVE)).job
        assert job is not None
        return job.id

    async def work(services: Services) -> JobStatus:
        return (await ended(services, await services.intake.status(job_id))).status

    job_id = with_services(settings, submit, working=False)

    assert with_services(settings, work) is JobStatus.SUCCEEDED

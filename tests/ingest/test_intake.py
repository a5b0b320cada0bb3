from __future__ import annotations

from pathlib import Path

import pytest

from api.services import Services
from rag.errors import FileRejected, FileTooLarge, MediaTypeMismatch, MediaTypeUnsupported
from rag.store.jobs import JobStatus
from rag.store.submissions import SubmissionOutcome
from tests.running import ended, ingested, nothing_left_to_remove, submitted, tiny_settings, with_services

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"


def test_what_is_handed_in_twice_before_it_is_read_is_one_job(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        first = await submitted(services, "leave.md", LEAVE)
        second = await submitted(services, "leave.md", LEAVE)

        assert (first.outcome, second.outcome) == (SubmissionOutcome.SUBMITTED, SubmissionOutcome.PENDING)
        assert first.job is not None
        assert second.job is not None
        assert second.job.id == first.job.id

    with_services(tmp_path, scenario, working=False)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("program.exe", b"MZ\x90\x00" + bytes(200), MediaTypeUnsupported),
        ("report.docx", b"%PDF-1.7\n" + b"%" * 200, MediaTypeMismatch),
        ("big.md", b"x" * 2000, FileTooLarge),
    ],
)
def test_what_will_never_do_is_refused_at_once_and_listed(
    tmp_path: Path, name: str, content: bytes, error: type[FileRejected]
) -> None:
    async def scenario(services: Services) -> None:
        with pytest.raises(FileRejected) as refused:
            await submitted(services, name, content)

        (listing,) = await services.stores.documents.documents()
        assert isinstance(refused.value, error)
        assert listing.job is not None
        assert (listing.job.status, listing.job.error_code) == (JobStatus.FAILED, error.code)
        assert listing.version is None
        assert await services.stores.jobs.unfinished_jobs() == []

    with_services(tiny_settings(tmp_path, ingest={"max_file_bytes": 1000}), scenario)


def test_a_refused_new_state_leaves_the_old_one_live_and_leaves_no_work(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        old = await ingested(services, "leave.md", LEAVE)

        for _ in range(2):
            with pytest.raises(FileTooLarge):
                await submitted(services, "leave.md", "x" * 2000)
        await nothing_left_to_remove(services)

        listing = await services.stores.documents.document(old.document_id)
        assert listing.version is not None
        assert listing.version.id == old.version_id
        assert listing.job is not None
        assert listing.job.error_code == "file-too-large"
        assert await services.index.count() == 1
        assert await services.stores.blobs.exists(old.blob_key)

    with_services(tiny_settings(tmp_path, ingest={"max_file_bytes": 1000}), scenario)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("年假制度（2026）.md", "年假制度（2026）.md"),
        ("C:\\Users\\li\\leave.md", "leave.md"),
        ("a" * 3000 + ".md", "a" * 3000 + ".md"),
        ("caf\udce9.md", "caf\\udce9.md"),
        ("nul\0byte.md", "nul\ufffdbyte.md"),
    ],
)
def test_a_name_is_only_a_name(tmp_path: Path, name: str, listed: str) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, name, LEAVE)

        assert job.status is JobStatus.SUCCEEDED
        assert job.name == listed
        again = await submitted(services, name, LEAVE)
        assert again.outcome is SubmissionOutcome.UNCHANGED

    with_services(tmp_path, scenario)


def test_cancelling_before_work_begins(tmp_path: Path) -> None:
    async def submit_and_cancel(services: Services) -> str:
        job = (await submitted(services, "leave.md", LEAVE)).job
        assert job is not None
        cancelled = await services.intake.cancel(job.id)
        assert cancelled.status is JobStatus.CANCELLED
        return job.id

    async def work(services: Services) -> None:
        await nothing_left_to_remove(services)
        job = await services.intake.status(job_id)
        assert job.status is JobStatus.CANCELLED
        assert job.attempts == 0
        assert await services.index.count() == 0

    job_id = with_services(tmp_path, submit_and_cancel, working=False)
    with_services(tmp_path, work)


def test_a_collection_is_a_world_of_its_own(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        here = await ingested(services, "leave.md", LEAVE, collection="hr")
        there = await ended(services, (await submitted(services, "leave.md", LEAVE, collection="legal")).job)

        found = await services.retriever.retrieve("notice period", collection="hr")

        assert here.document_id != there.document_id
        assert [passage.passage.document_id for passage in found.passages] == [here.document_id]

    with_services(tmp_path, scenario)

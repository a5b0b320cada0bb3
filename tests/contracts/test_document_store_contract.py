"""One suite for the stores of documents and jobs, on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.documents import Language, VersionStatus
from rag.errors import (
    AttachmentMissing,
    DocumentNotFound,
    JobNotFound,
    JobNotRetryable,
    NoText,
    ParseTimeout,
    UriTaken,
    VersionNotFound,
)
from rag.settings import DatabaseSettings
from rag.store.database import Database, open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.job_store import JobStore
from rag.store.jobs import Job, JobStatus
from rag.store.listings import CollectionSize, LiveVersion, Original
from rag.store.submissions import NewAttachment, NewDocument, SubmissionOutcome
from rag.store.vector_sums import VectorSum
from tests.services import fresh_database_url, postgres_server  # noqa: F401

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class TickingClock:
    """Noon, then a second later at each look."""

    def __init__(self) -> None:
        self._seconds: Iterator[int] = count()

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=next(self._seconds))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:  # noqa: F811
    opened = await open_database(database_url(DatabaseSettings(url=fresh_database_url), Path()))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def documents(database: Database, clock: TickingClock) -> DocumentStore:
    return DocumentStore(database, now=clock)


@pytest.fixture
def jobs(database: Database, clock: TickingClock) -> JobStore:
    return JobStore(database, now=clock)


def a_file(uri: str = "file:///a.pdf", content: str = "a", **changes: Any) -> NewDocument:
    new = NewDocument(
        collection="default",
        uri=uri,
        title="A",
        media_type="application/pdf",
        content_hash=content * 64,
        blob_key=f"originals/{content * 64}",
        size_bytes=10,
        name=uri.rpartition("/")[2],
        parser_version="1",
    )
    return replace(new, **changes)


def sums(**of_language: list[list[float]]) -> dict[Language, VectorSum]:
    arrays = {language: np.array(vectors, dtype=np.float64) for language, vectors in of_language.items()}
    return {language: VectorSum(len(array), array.sum(axis=0)) for language, array in arrays.items()}  # type: ignore[misc]


async def submitted(documents: DocumentStore, new: NewDocument) -> Job:
    job = (await documents.submit(new)).job
    assert job is not None
    return job


async def publish(documents: DocumentStore, job: Job, **changes: Any) -> list[str]:
    facts: dict[str, Any] = {
        "passages": 2,
        "characters": 100,
        "pages": 1,
        "language": "en",
        "parser": "pdfium 5",
        "warnings": (),
        "sums": sums(en=[[1.0, 0.0], [0.0, 1.0]]),
    }
    return await documents.publish(job.id, job.version_id, **(facts | changes))


async def published(documents: DocumentStore, new: NewDocument, **changes: Any) -> Job:
    job = await submitted(documents, new)
    await publish(documents, job, **changes)
    return job


def attached(name: str, content: str = "c", **changes: Any) -> NewAttachment:
    new = NewAttachment(name, "text/plain", content * 64, f"originals/{content * 64}", 10)
    return replace(new, **changes)


class TestCounting:
    async def test_jobs_are_counted_by_status_and_what_is_live_by_size(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        await published(documents, a_file())
        await published(documents, a_file(content="b"))
        await submitted(documents, a_file(uri="file:///waits.pdf"))
        failed = await submitted(documents, a_file(uri="file:///empty.pdf"))
        await jobs.fail(failed.id, NoText())

        counters = await jobs.counters()

        assert counters.jobs == {JobStatus.SUCCEEDED: 2, JobStatus.QUEUED: 1, JobStatus.FAILED: 1}
        assert (counters.documents, counters.pages, counters.passages) == (1, 1, 2)

    async def test_nothing_counts_nothing(self, jobs: JobStore) -> None:
        counters = await jobs.counters()

        assert (counters.jobs, counters.documents, counters.pages, counters.passages) == ({}, 0, 0, 0)


class TestAttaching:
    """What hangs on a document comes, changes and goes with it."""

    async def test_an_attachment_is_a_document_with_a_job_of_its_own(self, documents: DocumentStore) -> None:
        mail = await published(
            documents, a_file(metadata={"tag": "x"}, priority=3), attachments=[attached("a.txt"), attached("计划.txt")]
        )

        first, second = await documents.attached(mail.document_id)

        assert first.document.parent_id == second.document.parent_id == mail.document_id
        assert first.document.metadata == {"tag": "x"}
        assert first.job is not None
        assert (first.job.status, first.job.name, first.job.priority) == (JobStatus.QUEUED, "a.txt", 3)
        assert second.job is not None
        assert second.job.name == "计划.txt"

    async def test_publishing_again_changes_nothing(self, documents: DocumentStore, jobs: JobStore) -> None:
        mail = await published(documents, a_file(), attachments=[attached("a.txt")])
        await publish(documents, mail, attachments=[])

        assert len(await documents.attached(mail.document_id)) == 1
        assert len(await jobs.jobs()) == 2

    async def test_the_same_bytes_on_the_next_version_are_no_work(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        hanging = [attached("same.txt"), attached("other.txt"), attached("gone.txt")]
        mail = await published(documents, a_file(), attachments=hanging)
        for child in await documents.attached(mail.document_id):
            assert child.job is not None
            await publish(documents, child.job)
        before = {one.document.uri: one for one in await documents.attached(mail.document_id)}

        again = [attached("other.txt", "d"), attached("same.txt")]
        await published(documents, a_file(content="b"), attachments=again)

        now = {one.document.uri: one for one in await documents.attached(mail.document_id)}
        changed, same = sorted(now)
        gone = (set(before) - set(now)).pop()
        assert now[same] == before[same]
        assert now[changed].document.id == before[changed].document.id
        assert now[changed].job != before[changed].job
        assert len(await jobs.jobs()) == 6
        with pytest.raises(DocumentNotFound):
            await documents.document(before[gone].document.id)
        assert (await documents.language_means())["en"].count == 6

    async def test_what_cannot_be_read_is_listed_with_its_reason(self, documents: DocumentStore) -> None:
        mail = await published(documents, a_file(), attachments=[attached("a.txt", failure=AttachmentMissing())])

        (child,) = await documents.attached(mail.document_id)

        assert child.job is not None
        assert (child.job.status, child.job.error_code) == (JobStatus.FAILED, "attachment-missing")
        assert (await documents.document(mail.document_id)).version is not None

    async def test_all_goes_with_the_document(self, documents: DocumentStore, jobs: JobStore) -> None:
        mail = await published(documents, a_file(), attachments=[attached("inner.eml")])
        (inner,) = await documents.attached(mail.document_id)
        assert inner.job is not None
        await publish(documents, inner.job, attachments=[attached("leaf.txt", "e")])
        (leaf,) = await documents.attached(inner.document.id)

        await documents.delete_document(mail.document_id)

        assert await documents.documents() == []
        assert await documents.language_means() == {}
        assert leaf.job is not None
        assert (await jobs.job(leaf.job.id)).status is JobStatus.CANCELLED
        assert {one.version_id for one in await documents.pending_removals()} >= {
            mail.version_id,
            inner.job.version_id,
            leaf.job.version_id,
        }

    async def test_it_comes_back_with_the_document(self, documents: DocumentStore) -> None:
        mail = await published(documents, a_file(), attachments=[attached("a.txt")])
        (before,) = await documents.attached(mail.document_id)
        await documents.delete_document(mail.document_id)

        await published(documents, a_file(), attachments=[attached("a.txt")])

        (now,) = await documents.attached(mail.document_id)
        assert now.document.id == before.document.id

    async def test_mails_in_mails_end_somewhere(self, documents: DocumentStore) -> None:
        job = await submitted(documents, a_file())
        for _ in range(3):
            await publish(documents, job, attachments=[attached("inner.eml")])
            (inner,) = await documents.attached(job.document_id)
            assert inner.job is not None
            assert inner.job.status is JobStatus.QUEUED
            job = inner.job

        await publish(documents, job, attachments=[attached("inner.eml")])

        (deepest,) = await documents.attached(job.document_id)
        assert deepest.job is not None
        assert deepest.job.error_code == "attachment-too-deep"

    async def test_a_version_that_comes_too_late_attaches_nothing(self, documents: DocumentStore) -> None:
        late = await submitted(documents, a_file())
        await published(documents, a_file(content="b"), attachments=[attached("new.txt")])

        await publish(documents, late, attachments=[attached("old.txt")])

        (child,) = await documents.attached(late.document_id)
        assert child.job is not None
        assert child.job.name == "new.txt"

    async def test_what_is_said_about_it_is_said_about_all(self, documents: DocumentStore) -> None:
        mail = await published(documents, a_file(), attachments=[attached("a.txt")])

        described = await documents.describe(mail.document_id, {"tag": "y"})

        assert [one.metadata for one in described] == [{"tag": "y"}] * 2
        (child,) = await documents.attached(mail.document_id)
        assert child.document.metadata == {"tag": "y"}


class TestSubmitting:
    async def test_a_new_file_becomes_a_document_with_a_queued_job(self, documents: DocumentStore) -> None:
        submission = await documents.submit(a_file(metadata={"部门": "财务"}, priority=3))

        assert submission.outcome is SubmissionOutcome.SUBMITTED
        assert submission.document.title == "A"
        assert submission.document.metadata == {"部门": "财务"}
        assert submission.document.live_version is None
        assert submission.document.created_at == NOON
        job = submission.job
        assert job is not None
        assert (job.status, job.attempts, job.priority) == (JobStatus.QUEUED, 0, 3)
        assert (job.collection, job.uri, job.name) == ("default", "file:///a.pdf", "a.pdf")
        assert (job.blob_key, job.size_bytes) == (f"originals/{'a' * 64}", 10)
        version = await documents.version(submission.document.id, job.version_id)
        assert version.status is VersionStatus.PROCESSING

    async def test_the_same_bytes_as_the_live_version_are_no_work(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file())

        again = await documents.submit(a_file())

        assert (again.outcome, again.job) == (SubmissionOutcome.UNCHANGED, None)
        assert again.document.live_version == first.version_id

    async def test_an_unchanged_file_may_bring_new_metadata(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file(metadata={"year": "2025"}))

        await documents.submit(a_file(metadata={"year": "2026"}))

        assert (await documents.document(job.document_id)).document.metadata == {"year": "2026"}

    async def test_a_file_that_brings_no_metadata_leaves_them(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file(metadata={"year": "2025"}))

        await documents.submit(a_file())
        await documents.submit(a_file(content_hash="b" * 64))

        assert (await documents.document(job.document_id)).document.metadata == {"year": "2025"}

    async def test_a_deleted_document_comes_back_without_its_metadata(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file(metadata={"year": "2025"}))
        await documents.delete_document(job.document_id)

        await published(documents, a_file())

        assert (await documents.document(job.document_id)).document.metadata == {}

    async def test_a_document_is_described_anew_and_its_jobs_say_so(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        job = await published(documents, a_file(metadata={"year": "2025"}))

        (described,) = await documents.describe(job.document_id, {"部门": "财务"})

        assert (described.id, described.live_version) == (job.document_id, job.version_id)
        assert described.metadata == (await jobs.job(job.id)).metadata == {"部门": "财务"}
        assert (await documents.document(job.document_id)).document.metadata == {"部门": "财务"}

    async def test_what_is_not_there_cannot_be_described(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())
        await documents.delete_document(job.document_id)

        for gone in (job.document_id, "nothing"):
            with pytest.raises(DocumentNotFound):
                await documents.describe(gone, {})

    async def test_the_same_bytes_with_another_parser_are_a_new_version(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file())

        again = await submitted(documents, a_file(parser_version="2"))

        assert again.document_id == first.document_id
        assert again.version_id != first.version_id

    async def test_the_same_bytes_as_an_unfinished_job_return_that_job(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        first = await submitted(documents, a_file())
        await jobs.start(first.id)

        again = await documents.submit(a_file())

        assert again.outcome is SubmissionOutcome.PENDING
        assert again.job == await jobs.job(first.id)

    async def test_the_same_bytes_after_a_failure_are_tried_again(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        first = await submitted(documents, a_file())
        await jobs.fail(first.id, NoText())

        again = await submitted(documents, a_file())

        assert again.id != first.id
        assert again.version_id != first.version_id

    async def test_going_back_to_the_live_bytes_while_others_are_under_way_is_work(
        self, documents: DocumentStore
    ) -> None:
        await published(documents, a_file(content="a"))
        other = await submitted(documents, a_file(content="b"))

        back = await submitted(documents, a_file(content="a"))
        await publish(documents, other)
        await publish(documents, back)

        live = (await documents.document(back.document_id)).version
        assert live is not None
        assert live.content_hash == "a" * 64

    async def test_going_back_to_earlier_pending_bytes_wins_over_what_came_between(
        self, documents: DocumentStore
    ) -> None:
        first = await submitted(documents, a_file(content="a"))
        between = await submitted(documents, a_file(content="b"))

        last = await submitted(documents, a_file(content="a"))
        for job in (last, between, first):
            await publish(documents, job)

        assert (await documents.document(last.document_id)).document.live_version == last.version_id

    async def test_the_same_uri_in_another_collection_is_another_document(self, documents: DocumentStore) -> None:
        here = await submitted(documents, a_file())
        there = await submitted(documents, a_file(collection="other"))

        assert here.document_id != there.document_id

    async def test_text_that_databases_refuse_is_made_storable_and_stays_distinct(
        self, documents: DocumentStore
    ) -> None:
        one = await submitted(documents, a_file(uri="file:///\udcd6\udcd0", title="报\0告"))
        two = await submitted(documents, a_file(uri="file:///\udcce\udcc4"))

        assert one.document_id != two.document_id
        assert one.uri != two.uri
        assert (await documents.document(one.document_id)).document.title == "报\ufffd告"

    async def test_a_very_long_uri_and_title(self, documents: DocumentStore) -> None:
        uri = "https://例.invalid/" + "长" * 20_000

        job = await submitted(documents, a_file(uri=uri, title="题" * 20_000))

        assert (await documents.submit(a_file(uri=uri))).job == job


class TestPublishing:
    async def test_the_version_is_live_with_what_is_known_of_it(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file(title="a.pdf"))

        gone = await publish(
            documents,
            job,
            passages=7,
            characters=900,
            pages=3,
            language="zh",
            warnings=("第 2 页无文字",),
            title="年度报告",
        )

        assert gone == []
        listing = await documents.document(job.document_id)
        assert listing.document.title == "年度报告"
        assert listing.document.live_version == job.version_id
        version = listing.version
        assert version is not None
        assert (version.passages, version.characters, version.pages) == (7, 900, 3)
        assert (version.language, version.parser, version.warnings) == ("zh", "pdfium 5", ("第 2 页无文字",))
        assert listing.job == await jobs.job(job.id)
        assert listing.job.status is JobStatus.SUCCEEDED

    async def test_the_former_version_is_superseded_and_to_be_removed(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file(content="a"))
        second = await submitted(documents, a_file(content="b", media_type="text/html"))

        gone = await publish(documents, second)

        assert gone == [first.version_id]
        former = await documents.version(first.document_id, first.version_id)
        assert (former.status, former.superseded_by) == (VersionStatus.SUPERSEDED, second.version_id)
        listing = await documents.document(first.document_id)
        assert (listing.document.live_version, listing.document.media_type) == (second.version_id, "text/html")
        newest_first = [version.id for version in await documents.versions(first.document_id)]
        assert newest_first == [second.version_id, first.version_id]

    async def test_a_new_title_and_type_are_not_shown_before_their_version(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file())

        await submitted(documents, a_file(content="b", title="B", media_type="text/html"))

        document = (await documents.document(first.document_id)).document
        assert (document.title, document.media_type) == ("A", "application/pdf")

    async def test_an_older_submission_that_ends_late_never_becomes_live(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        older = await submitted(documents, a_file(content="a"))
        newer = await submitted(documents, a_file(content="b"))
        await publish(documents, newer, sums=sums(en=[[2.0, 2.0]]))

        gone = await publish(documents, older)

        assert gone == [older.version_id]
        late = await documents.version(older.document_id, older.version_id)
        assert (late.status, late.superseded_by) == (VersionStatus.SUPERSEDED, newer.version_id)
        assert (await jobs.job(older.id)).status is JobStatus.SUCCEEDED
        assert set(await documents.live([older.version_id, newer.version_id])) == {newer.version_id}
        assert (await documents.language_means())["en"].sum.tolist() == [2.0, 2.0]

    async def test_an_older_submission_is_live_until_the_newer_one_is(self, documents: DocumentStore) -> None:
        older = await submitted(documents, a_file(content="a"))
        newer = await submitted(documents, a_file(content="b"))

        assert await publish(documents, older) == []
        assert await publish(documents, newer) == [older.version_id]

    async def test_repeating_it_changes_nothing_and_answers_the_same(self, documents: DocumentStore) -> None:
        await published(documents, a_file(content="a"))
        second = await submitted(documents, a_file(content="b"))
        gone = await publish(documents, second)
        before = await documents.document(second.document_id), await documents.generation()

        again = await publish(documents, second, passages=99, sums=sums(en=[[5.0, 5.0]]), title="other")

        assert again == gone
        assert (await documents.document(second.document_id), await documents.generation()) == before
        assert (await documents.language_means())["en"].sum.tolist() == [1.0, 1.0]

    async def test_repeating_it_after_a_later_version_removes_itself_too(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file(content="a"))
        second = await published(documents, a_file(content="b"))
        await published(documents, a_file(content="c"))

        assert await publish(documents, second) == [first.version_id, second.version_id]

    async def test_a_cancelled_job_publishes_nothing(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())
        await jobs.cancel(job.id)

        gone = await publish(documents, job)

        assert gone == [job.version_id]
        assert await documents.live([job.version_id]) == {}
        assert await documents.language_means() == {}

    async def test_unknown_jobs_and_foreign_versions_are_refused(self, documents: DocumentStore) -> None:
        job = await submitted(documents, a_file())
        other = await submitted(documents, a_file(uri="file:///b.pdf"))

        with pytest.raises(JobNotFound):
            await publish(documents, replace(job, id="none"))
        with pytest.raises(VersionNotFound):
            await publish(documents, replace(job, version_id=other.version_id))


class TestLanguageSums:
    async def test_they_follow_what_is_live(self, documents: DocumentStore) -> None:
        await published(documents, a_file(content="a"), sums=sums(en=[[1.0, 2.0], [3.0, 4.0]], zh=[[5.0, 6.0]]))
        await published(documents, a_file(uri="file:///b.pdf"), sums=sums(en=[[10.0, 20.0]]))
        await published(documents, a_file(collection="other"), sums=sums(en=[[100.0, 200.0]]))

        default = await documents.language_means("default")
        everything = await documents.language_means()

        assert {language: (one.count, one.sum.tolist()) for language, one in default.items()} == {
            "en": (3, [14.0, 26.0]),
            "zh": (1, [5.0, 6.0]),
        }
        assert (everything["en"].count, everything["en"].sum.tolist()) == (4, [114.0, 226.0])

        await published(documents, a_file(content="c"), sums=sums(en=[[7.0, 7.0]]))

        default = await documents.language_means("default")
        assert set(default) == {"en"}
        assert (default["en"].count, default["en"].sum.tolist()) == (2, [17.0, 27.0])

    async def test_a_deleted_document_leaves_them(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())

        await documents.delete_document(job.document_id)

        assert await documents.language_means("default") == {}

    async def test_a_version_without_passages_counts_for_nothing(self, documents: DocumentStore) -> None:
        await published(documents, a_file(), sums={"en": VectorSum.empty()})
        await published(documents, a_file(content="b"))

        assert (await documents.language_means())["en"].count == 2


class TestDeleting:
    async def test_it_is_gone_but_its_versions_stay_on_record(self, documents: DocumentStore, jobs: JobStore) -> None:
        first = await published(documents, a_file(content="a"))
        second = await published(documents, a_file(content="b"))
        third = await submitted(documents, a_file(content="c"))

        gone = await documents.delete_document(first.document_id)

        assert gone == [first.version_id, second.version_id, third.version_id]
        assert await documents.live(gone) == {}
        assert await documents.documents() == []
        assert await documents.collections() == []
        with pytest.raises(DocumentNotFound):
            await documents.document(first.document_id)
        statuses = [version.status for version in await documents.versions(first.document_id)]
        assert statuses == [VersionStatus.DELETED] * 3
        assert (await jobs.job(third.id)).status is JobStatus.CANCELLED
        assert await jobs.unfinished_jobs() == []

    async def test_it_may_be_repeated(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())
        gone = await documents.delete_document(job.document_id)
        generation = await documents.generation()

        assert await documents.delete_document(job.document_id) == gone
        assert await documents.generation() == generation

    async def test_what_never_was_cannot_be_deleted(self, documents: DocumentStore) -> None:
        with pytest.raises(DocumentNotFound):
            await documents.delete_document("none")

    async def test_a_job_of_it_that_ends_late_does_not_bring_it_back(self, documents: DocumentStore) -> None:
        job = await submitted(documents, a_file())
        await documents.delete_document(job.document_id)

        assert await publish(documents, job) == [job.version_id]
        assert (await documents.version(job.document_id, job.version_id)).status is VersionStatus.DELETED

    async def test_the_same_bytes_again_make_a_new_version(self, documents: DocumentStore) -> None:
        first = await published(documents, a_file(title="old"))
        await documents.delete_document(first.document_id)

        again = await published(documents, a_file(title="new"))

        assert again.document_id == first.document_id
        assert again.version_id != first.version_id
        listing = await documents.document(again.document_id)
        assert (listing.document.live_version, listing.document.title) == (again.version_id, "new")
        assert (await documents.version(first.document_id, first.version_id)).status is VersionStatus.DELETED
        assert (await documents.language_means())["en"].count == 2


class TestMoving:
    async def test_a_document_keeps_its_id_there_and_back_again(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())

        await documents.move(job.document_id, "file:///b.md", "b.md")
        there = await documents.submit(a_file("file:///b.md"))
        await documents.move(job.document_id, "file:///a.pdf", "a.pdf")
        back = await documents.submit(a_file())

        assert (there.outcome, there.document.id) == (SubmissionOutcome.UNCHANGED, job.document_id)
        assert (back.outcome, back.document.id) == (SubmissionOutcome.UNCHANGED, job.document_id)

    async def test_what_searches_remember_of_its_place_is_stale(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())
        before = await documents.generation()

        await documents.move(job.document_id, "file:///b.md", "b.md")

        assert await documents.generation() > before
        assert (await documents.live([job.version_id]))[job.version_id].uri == "file:///b.md"

    async def test_where_it_was_a_new_document_comes_to_be(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())
        await documents.move(job.document_id, "file:///b.md", "b.md")

        first = await submitted(documents, a_file())
        second = await documents.submit(a_file())

        assert first.document_id != job.document_id
        assert (second.outcome, second.document.id) == (SubmissionOutcome.PENDING, first.document_id)
        with pytest.raises(UriTaken):
            await documents.move(job.document_id, "file:///a.pdf", "a.pdf")

    async def test_the_place_of_a_deleted_document_is_free(self, documents: DocumentStore) -> None:
        gone = await published(documents, a_file("file:///b.md", "b"))
        await documents.delete_document(gone.document_id)
        job = await published(documents, a_file())

        await documents.move(job.document_id, "file:///b.md", "b.md")

        assert (await documents.submit(a_file("file:///b.md"))).document.id == job.document_id
        with pytest.raises(DocumentNotFound):
            await documents.move(gone.document_id, "file:///c.md", "c.md")


class TestListing:
    async def test_pages_newest_first(self, documents: DocumentStore) -> None:
        ids = [(await submitted(documents, a_file(uri=f"file:///{n}"))).document_id for n in range(5)]

        first = await documents.documents(limit=2)
        second = await documents.documents(limit=2, after=first[-1].document.id)
        third = await documents.documents(limit=2, after=second[-1].document.id)

        assert [one.document.id for one in [*first, *second, *third]] == ids[::-1]

    async def test_documents_of_the_same_moment_are_all_listed(self, database: Database) -> None:
        documents = DocumentStore(database, now=lambda: NOON)
        ids = {(await submitted(documents, a_file(uri=f"file:///{n}"))).document_id for n in range(5)}

        seen: list[str] = []
        while page := await documents.documents(limit=2, after=seen[-1] if seen else None):
            seen += [one.document.id for one in page]

        assert len(seen) == 5
        assert set(seen) == ids

    async def test_reading_on_after_the_last_document_was_deleted(self, documents: DocumentStore) -> None:
        ids = [(await submitted(documents, a_file(uri=f"file:///{n}"))).document_id for n in range(3)]
        await documents.delete_document(ids[1])

        page = await documents.documents(after=ids[1])

        assert [one.document.id for one in page] == [ids[0]]

    async def test_of_one_collection(self, documents: DocumentStore) -> None:
        await submitted(documents, a_file())
        other = await submitted(documents, a_file(collection="其他"))

        page = await documents.documents("其他")

        assert [one.document.id for one in page] == [other.document_id]

    async def test_a_failed_file_shows_its_reason_beside_what_is_live(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        live = await published(documents, a_file(content="a"))
        broken = await submitted(documents, a_file(content="b"))
        await jobs.fail(broken.id, ParseTimeout(limit_s=5))

        [listing] = await documents.documents()

        assert listing.version is not None
        assert listing.version.id == listing.document.live_version == live.version_id
        assert listing.job is not None
        assert (listing.job.id, listing.job.status) == (broken.id, JobStatus.FAILED)

    async def test_collections_with_their_sizes(self, documents: DocumentStore) -> None:
        await published(documents, a_file(collection="b"))
        await submitted(documents, a_file(collection="b", uri="file:///2"))
        await submitted(documents, a_file(collection="a"))

        sizes = await documents.collections()

        assert sizes == [CollectionSize("a", 1, 0), CollectionSize("b", 2, 1)]

    async def test_live_versions_with_their_titles(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())
        waiting = await submitted(documents, a_file(uri="file:///b"))

        live = await documents.live([job.version_id, waiting.version_id, "none"])

        assert live == {job.version_id: LiveVersion(job.document_id, "A", "file:///a.pdf")}
        assert await documents.live([]) == {}

    async def test_a_thousand_versions_are_asked_for_at_once(self, documents: DocumentStore) -> None:
        job = await published(documents, a_file())

        assert set(await documents.live([job.version_id, *map(str, range(1000))])) == {job.version_id}

    async def test_the_original_of_a_version(self, documents: DocumentStore) -> None:
        job = await submitted(documents, a_file())

        original = await documents.original(job.document_id, job.version_id)

        assert original == Original(f"originals/{'a' * 64}", "a.pdf", "application/pdf", 10)

    async def test_a_version_of_another_document_is_not_found(self, documents: DocumentStore) -> None:
        job = await submitted(documents, a_file())
        other = await submitted(documents, a_file(uri="file:///b"))

        with pytest.raises(VersionNotFound):
            await documents.version(other.document_id, job.version_id)

    async def test_the_generation_changes_with_what_is_live_and_only_then(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        seen = [await documents.generation()]
        job = await submitted(documents, a_file())
        await jobs.start(job.id)
        assert await documents.generation() == seen[-1]

        await publish(documents, job)
        seen.append(await documents.generation())
        await documents.delete_document(job.document_id)
        seen.append(await documents.generation())

        assert seen[0] < seen[1] < seen[2]


class TestJobs:
    async def test_unfinished_ones_by_priority_then_age(self, documents: DocumentStore, jobs: JobStore) -> None:
        old = await submitted(documents, a_file(uri="file:///1"))
        urgent = await submitted(documents, a_file(uri="file:///2", priority=1))
        new = await submitted(documents, a_file(uri="file:///3"))
        await published(documents, a_file(uri="file:///4"))
        await jobs.start(new.id)

        assert [job.id for job in await jobs.unfinished_jobs()] == [urgent.id, old.id, new.id]

    async def test_starts_are_counted(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())

        await jobs.start(job.id)
        again = await jobs.start(job.id)

        assert (again.status, again.attempts) == (JobStatus.RUNNING, 2)

    async def test_progress_is_shown(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())

        wanted = await jobs.progress(job.id, "embed", 3, 8)

        now = await jobs.job(job.id)
        assert wanted
        assert (now.stage, now.done, now.total) == ("embed", 3, 8)
        assert now.updated_at > now.created_at

    async def test_a_failure_keeps_its_reason(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())

        failed = await jobs.fail(job.id, ParseTimeout(limit_s=5, file=Path("x")))

        assert (failed.status, failed.error_code) == (JobStatus.FAILED, "parse-timeout")
        assert failed.error_details == {"limit_s": 5, "file": "x"}
        assert isinstance(failed.failure, ParseTimeout)
        assert (await documents.version(job.document_id, job.version_id)).status is VersionStatus.FAILED
        assert await jobs.unfinished_jobs() == []

    async def test_a_cancelled_one_is_no_longer_wanted(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())
        await jobs.start(job.id)

        cancelled = await jobs.cancel(job.id)

        assert cancelled.status is JobStatus.CANCELLED
        assert not await jobs.progress(job.id, "embed", 1, 2)
        assert (await jobs.start(job.id)).status is JobStatus.CANCELLED
        assert await jobs.job(job.id) == cancelled

    async def test_what_comes_late_changes_nothing(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await published(documents, a_file())

        await jobs.fail(job.id, NoText())
        await jobs.cancel(job.id)

        assert (await jobs.job(job.id)).status is JobStatus.SUCCEEDED
        assert (await jobs.job(job.id)).error_code is None
        assert set(await documents.live([job.version_id])) == {job.version_id}

    async def test_unknown_ones_are_named(self, jobs: JobStore) -> None:
        for ask in (jobs.job, jobs.start, jobs.cancel):
            with pytest.raises(JobNotFound):
                await ask("none")
        with pytest.raises(JobNotFound):
            await jobs.progress("none", "parse", 0, 1)
        with pytest.raises(JobNotFound):
            await jobs.fail("none", NoText())

    async def test_times_come_back_in_utc(self, database: Database) -> None:
        beijing = timezone(timedelta(hours=8))
        documents = DocumentStore(database, now=lambda: datetime(2026, 11, 23, 20, 0, tzinfo=beijing))

        job = await submitted(documents, a_file())

        assert job.created_at == NOON
        assert job.created_at.utcoffset() == timedelta(0)

    async def test_a_paused_job_is_left_be_until_it_is_resumed(self, documents: DocumentStore, jobs: JobStore) -> None:
        job = await submitted(documents, a_file())
        await jobs.start(job.id)

        paused = await jobs.pause(job.id)
        waiting = await jobs.unfinished_jobs()
        wanted = await jobs.progress(job.id, "embed", 1, 2)
        await publish(documents, job)
        unpublished = (await documents.document(job.document_id)).version
        again = await documents.submit(a_file())
        resumed = await jobs.resume(job.id)

        assert (paused.status, paused.finished, waiting, wanted) == (JobStatus.PAUSED, False, [], False)
        assert unpublished is None
        assert (again.outcome, again.job) == (SubmissionOutcome.PENDING, paused)
        assert resumed.status is JobStatus.QUEUED
        assert [one.id for one in await jobs.unfinished_jobs()] == [job.id]

    async def test_only_what_is_paused_is_resumed_and_only_what_is_to_be_done_is_paused(
        self, documents: DocumentStore, jobs: JobStore
    ) -> None:
        done = await published(documents, a_file())
        paused = await submitted(documents, a_file("file:///b.md"))
        await jobs.pause(paused.id)

        assert (await jobs.pause(done.id)).status is JobStatus.SUCCEEDED
        assert (await jobs.resume(done.id)).status is JobStatus.SUCCEEDED
        assert (await jobs.cancel(paused.id)).status is JobStatus.CANCELLED

    async def test_a_failed_job_is_tried_again_by_a_new_one(self, documents: DocumentStore, jobs: JobStore) -> None:
        failed = await submitted(documents, a_file(priority=3))
        await jobs.fail(failed.id, NoText())

        again = await jobs.retry(failed.id, "again", "2")

        assert (again.id, again.status, again.priority) == ("again", JobStatus.QUEUED, 3)
        assert (again.blob_key, again.name, again.failure) == (failed.blob_key, failed.name, None)
        assert again.version_id != failed.version_id
        assert (await jobs.job(failed.id)).status is JobStatus.FAILED

    async def test_what_cannot_be_tried_again_says_why(self, documents: DocumentStore, jobs: JobStore) -> None:
        done = await published(documents, a_file())
        failed = await submitted(documents, a_file("file:///b.md"))
        await jobs.fail(failed.id, NoText())
        await submitted(documents, a_file("file:///b.md", "c"))
        refused = await submitted(documents, a_file("file:///d.md", blob_key=""))
        await jobs.fail(refused.id, NoText())

        for job, reason in ((done, "succeeded"), (failed, "since"), (refused, "before it was stored")):
            with pytest.raises(JobNotRetryable, match=reason):
                await jobs.retry(job.id, "again", "1")

    async def test_jobs_are_listed_by_status_the_newest_first(self, documents: DocumentStore, jobs: JobStore) -> None:
        made = [await submitted(documents, a_file(f"file:///{n}.md")) for n in range(4)]
        await jobs.fail(made[1].id, NoText())
        ids = [job.id for job in made]

        assert [job.id for job in await jobs.jobs()] == ids[::-1]
        assert [job.id for job in await jobs.jobs(limit=2)] == [ids[3], ids[2]]
        assert [job.id for job in await jobs.jobs(limit=2, after=ids[2])] == [ids[1], ids[0]]
        assert [job.id for job in await jobs.jobs([JobStatus.FAILED])] == [ids[1]]

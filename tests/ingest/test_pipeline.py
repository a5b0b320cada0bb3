from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from api.services import Services
from ingest.pipeline import IngestPipeline
from rag.documents import ParsedDocument, Span, VersionStatus
from rag.errors import BlobNotFound, DocumentNotFound, EmptyFile, NoText, NotQuarantined, TextUnlikely
from rag.models.batching import EmbeddingBatcher
from rag.store.jobs import Job, JobStatus
from rag.store.submissions import SubmissionOutcome
from rag.testing import HashEmbedder
from tests.faulty import GatedEmbedder
from tests.running import ended, ingested, nothing_left_to_remove, submitted, tiny_settings, until, with_services

LEAVE = "# Leave\n\nThe notice period is 30 days.\n"
LONGER_LEAVE = "# Leave\n\nThe notice period is 45 days.\n"
NOTHING = "<html><body></body></html>"


async def indexed_ids(services: Services) -> set[str]:
    """All passages of the index, by way of every version that the database knows."""
    ids: set[str] = set()
    for listing in await services.stores.documents.documents(limit=1000):
        for version in await services.stores.documents.versions(listing.document.id):
            ids |= await services.index.version_passage_ids(version.id)
    return ids


def test_a_document_goes_live(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)

        listing = await services.stores.documents.document(job.document_id)
        assert (job.status, job.stage, job.done, job.total) == (JobStatus.SUCCEEDED, "publish", 1, 1)
        assert listing.version is not None
        assert listing.version.id == job.version_id
        text = (await services.parsed.get(job.version_id)).text
        assert (listing.version.passages, listing.version.characters) == (1, len(text))
        assert listing.document.title == "Leave"
        assert listing.version.language == "en"
        found = await services.retriever.retrieve("notice period")
        assert [passage.text for passage in found.passages] == ["Leave\n\nThe notice period is 30 days."]
        assert await services.index.count() == 1

    with_services(tmp_path, scenario)


def test_the_same_bytes_cost_nothing(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        first = await ingested(services, "leave.md", LEAVE)
        generation = await services.stores.documents.generation()

        again = await submitted(services, "leave.md", LEAVE)

        assert again.outcome is SubmissionOutcome.UNCHANGED
        assert again.job is None
        assert again.document.id == first.document_id
        assert await services.stores.documents.generation() == generation

    with_services(tmp_path, scenario)


def test_a_new_state_supersedes_the_old_whose_text_stays_for_its_citations(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        old = await ingested(services, "leave.md", LEAVE, uri="wiki/leave")
        new = await ingested(services, "leave-2026.md", LONGER_LEAVE, uri="wiki/leave")
        await nothing_left_to_remove(services)

        newest, oldest = await services.stores.documents.versions(old.document_id)
        assert new.document_id == old.document_id
        assert (newest.id, newest.status) == (new.version_id, VersionStatus.LIVE)
        assert (oldest.status, oldest.superseded_by) == (VersionStatus.SUPERSEDED, new.version_id)
        assert await services.index.version_passage_ids(old.version_id) == set()
        assert await services.index.count() == 1
        start = (await services.parsed.get(old.version_id)).text.index("30 days")
        quote = await services.pages.quote(old.document_id, old.version_id, Span(start, start + 7), 0)
        assert (quote.quote, quote.status) == ("30 days", VersionStatus.SUPERSEDED)

    with_services(tmp_path, scenario)


def test_deleting_takes_passages_text_file_and_listing(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)
        kept = await ingested(services, "other.md", "# Travel\n\nTrains are booked by the office.\n")

        await services.intake.delete(job.document_id)
        await nothing_left_to_remove(services)

        assert await services.index.version_passage_ids(job.version_id) == set()
        assert await services.index.count() == 1
        assert not await services.stores.blobs.exists(job.blob_key)
        with pytest.raises(BlobNotFound):
            await services.parsed.get(job.version_id)
        with pytest.raises(DocumentNotFound):
            await services.stores.documents.document(job.document_id)
        assert [listing.document.id for listing in await services.stores.documents.documents()] == [kept.document_id]
        assert [passage.title for passage in (await services.retriever.retrieve("notice period")).passages] == [
            "Travel"
        ]

    with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), scenario)


def test_a_file_that_two_documents_share_outlives_one_of_them(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        one = await ingested(services, "leave.md", LEAVE, uri="one")
        two = await ingested(services, "leave.md", LEAVE, uri="two")

        await services.intake.delete(one.document_id)
        await nothing_left_to_remove(services)

        assert one.blob_key == two.blob_key
        assert await services.stores.blobs.exists(two.blob_key)
        assert await services.index.version_passage_ids(two.version_id) != set()

    with_services(tmp_path, scenario)


def test_a_deleted_document_that_is_handed_in_again_is_live_again(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        first = await ingested(services, "leave.md", LEAVE)
        await services.intake.delete(first.document_id)

        again = await ingested(services, "leave.md", LEAVE)
        await nothing_left_to_remove(services)

        assert again.status is JobStatus.SUCCEEDED
        assert again.document_id == first.document_id
        assert await services.index.count() == 1
        assert await services.stores.blobs.exists(again.blob_key)
        assert len((await services.retriever.retrieve("notice period")).passages) == 1

    # At once, its file would go between the moment when the second upload is stored and the one when it is listed.
    with_services(tmp_path, scenario)


def test_a_bad_file_is_listed_with_its_reason_and_spares_its_neighbours(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        jobs = [
            (await submitted(services, name, content)).job
            for name, content in (("a.md", LEAVE), ("bad.html", NOTHING), ("c.md", LONGER_LEAVE))
        ]

        a, bad, c = [await ended(services, job) for job in jobs]
        await nothing_left_to_remove(services)

        assert (a.status, bad.status, c.status) == (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.SUCCEEDED)
        assert bad.error_code == NoText.code
        listing = await services.stores.documents.document(bad.document_id)
        assert listing.version is None
        assert listing.job is not None
        assert isinstance(listing.job.failure, NoText)
        assert await services.index.count() == 2

    with_services(tmp_path, scenario)


def test_a_bad_new_state_leaves_the_old_one_live(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        old = await ingested(services, "leave.html", "<p>The notice period is 30 days.</p>")

        bad = await ingested(services, "leave.html", NOTHING)
        await nothing_left_to_remove(services)

        listing = await services.stores.documents.document(old.document_id)
        assert bad.status is JobStatus.FAILED
        assert listing.version is not None
        assert listing.version.id == old.version_id
        assert len((await services.retriever.retrieve("notice period")).passages) == 1

    with_services(tmp_path, scenario)


SOUP = "㐂㐄㐆㐈㐊㐌㐎㐐㐒㐔㐖㐘 Limited\n"


def test_soup_is_held_back_until_somebody_releases_it(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        held = await ingested(services, "soup.md", SOUP)
        again = await submitted(services, "soup.md", SOUP)
        (version,) = await services.stores.documents.versions(held.document_id)
        before = await services.index.count()

        released = await ended(services, await services.intake.release(held.document_id))

        assert (held.status, type(held.failure)) == (JobStatus.QUARANTINED, TextUnlikely)
        assert again.job is not None
        assert (again.outcome, again.job.id) == (SubmissionOutcome.PENDING, held.id)
        assert (version.status, version.characters) == (VersionStatus.QUARANTINED, 20)
        assert version.quality is not None
        assert version.quality.rare_share > 0.5
        assert before == 0
        assert (released.status, released.failure) == (JobStatus.SUCCEEDED, None)
        assert len((await services.retriever.retrieve("limited")).passages) == 1
        with pytest.raises(NotQuarantined):
            await services.intake.release(held.document_id)

    with_services(tmp_path, scenario)


def test_a_sound_state_takes_the_place_of_one_that_is_held_back(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        held = await ingested(services, "soup.md", SOUP)

        await ingested(services, "soup.md", LEAVE)
        await nothing_left_to_remove(services)

        statuses = [version.status for version in await services.stores.documents.versions(held.document_id)]
        assert statuses == [VersionStatus.LIVE, VersionStatus.FAILED]
        assert not await services.parsed.exists(held.version_id)
        with pytest.raises(NotQuarantined):
            await services.intake.release(held.document_id)

    with_services(tmp_path, scenario)


def test_a_held_back_document_is_deleted_with_its_text(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        held = await ingested(services, "soup.md", SOUP)

        await services.intake.delete(held.document_id)
        await nothing_left_to_remove(services)

        assert await services.stores.blobs.keys("originals") == []
        assert not await services.parsed.exists(held.version_id)

    with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), scenario)


def test_the_quality_of_what_is_live_is_kept(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)

        listing = await services.stores.documents.document(job.document_id)
        assert listing.version is not None
        assert listing.version.quality is not None
        assert (listing.version.quality.score, listing.version.quality.scripts) == (1, {"latin": 1.0})

    with_services(tmp_path, scenario)


def test_the_words_of_an_error_are_never_indexed(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        await ingested(services, "leave.md", LEAVE)
        for name, content in (("bad.html", NOTHING), ("soup.md", SOUP), ("cut.pdf", b"%PDF-1.7\n%broken")):
            job = await ingested(services, name, content)
            assert job.failure is not None
            (passage,) = (await services.retriever.retrieve(str(job.failure))).passages
            assert passage.title == "Leave"

    with_services(tmp_path, scenario)


def test_a_document_that_says_nearly_the_same_is_named(tmp_path: Path) -> None:
    rules = "".join(f"第{n}条规定，{n * 7}号设备在{n * 13}度时停机，由班组长{n}签字。\n\n" for n in range(40))

    async def scenario(services: Services) -> None:
        first = await ingested(services, "rules.md", f"# 规定\n\n{rules}")
        copy = await ingested(services, "copy.md", f"# 规定（副本）\n\n{rules.replace('第30条', '第三十条')}")
        elsewhere = await ingested(services, "rules.md", f"# 规定\n\n{rules}", collection="other")
        await ingested(services, "rules.md", LEAVE)
        late = await ingested(services, "late.md", f"# 规定\n\n{rules}\n\n另有一条。")

        async def named(job: Job) -> list[tuple[str, str]]:
            version = await services.stores.documents.version(job.document_id, job.version_id)
            assert all(0.8 <= one.likeness <= 1 for one in version.near_duplicates)
            return [(one.document_id, one.title) for one in version.near_duplicates]

        assert await named(first) == []
        assert await named(copy) == [(first.document_id, "规定")]
        assert await named(elsewhere) == []
        assert await named(late) == [(copy.document_id, "规定（副本）")]

    with_services(tmp_path, scenario)


def test_cancelling_while_passages_are_embedded_leaves_nothing_in_the_index(tmp_path: Path) -> None:
    go_on = threading.Event()
    embedder = GatedEmbedder("thousandth", lambda: go_on.wait(60))

    async def scenario(services: Services) -> None:
        embedder.watched_from(asyncio.get_running_loop())
        # More than one batch: the first is in the index when the second one waits.
        text = "\n\n".join(f"Paragraph {n} tells of machine {n} and its {n} parts. " * 8 for n in range(200))
        submission = await submitted(services, "long.md", f"{text}\n\nThis is the thousandth.\n")
        assert submission.job is not None
        await asyncio.wait_for(embedder.reached.wait(), 60)
        partly = await services.index.count()

        await services.intake.cancel(submission.job.id)
        go_on.set()
        await nothing_left_to_remove(services)
        await until_idle(services)

        job = await services.intake.status(submission.job.id)
        assert partly > 0
        assert job.status is JobStatus.CANCELLED
        assert await services.index.count() == 0
        assert await indexed_ids(services) == set()

    async def until_idle(services: Services) -> None:
        # The worker is done with the cancelled job when another one went through behind it.
        await ingested(services, "next.md", LEAVE)
        (listing,) = [found for found in await services.stores.documents.documents() if found.version]
        await services.intake.delete(listing.document.id)
        await nothing_left_to_remove(services)

    with_services(
        tiny_settings(tmp_path, ingest={"concurrency": 1, "keep_originals_s": 0}),
        scenario,
        embedder=embedder,
    )


def test_work_begun_twice_does_not_take_away_what_is_live(tmp_path: Path) -> None:
    """A second worker finds the job done, and what it then undid was the live version."""

    async def scenario(services: Services) -> None:
        job = await ingested(services, "leave.md", LEAVE)
        async with EmbeddingBatcher(HashEmbedder()) as batcher:
            parsers, settings = services.pages.parsers, services.settings.ingest
            second = IngestPipeline(services.stores, services.parsed, services.index, batcher, parsers, settings)

            assert not await second.parse(job.id)
            assert not await second.embed(job.id)
            await second.discard(job.id)

        assert await services.index.count() == 1

    with_services(tmp_path, scenario)


def test_what_dead_processes_left_is_swept_away_when_it_is_old(tmp_path: Path) -> None:
    stray_text, stray_file = "versions/00000000-0000-4000-8000-000000000000/parsed.json.gz", "originals/none"

    async def leave(services: Services) -> list[str]:
        await ingested(services, "leave.md", LEAVE)
        kept = await services.stores.blobs.keys()
        for key in (stray_text, stray_file):
            await services.stores.blobs.put(key, b"x")
        return kept

    async def swept(services: Services) -> list[str]:
        await ingested(services, "other.md", "# Other\n")
        await services.intake.delete((await services.stores.documents.documents(limit=1))[0].document.id)
        await nothing_left_to_remove(services)
        return await services.stores.blobs.keys()

    kept = with_services(tmp_path, leave)

    young = with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 3600}), swept_text)
    old = with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), swept)

    assert (stray_text in young, stray_file in young) == (False, True)
    assert old == kept


async def swept_text(services: Services) -> list[str]:
    async def is_swept() -> bool:
        return not any("00000000" in key for key in await services.stores.blobs.keys("versions"))

    await until(is_swept)
    return await services.stores.blobs.keys()


def test_cancelling_while_a_file_is_read_leaves_no_text(tmp_path: Path) -> None:
    """What was removed when the job was cancelled is stored only afterwards."""

    async def scenario(services: Services) -> None:
        submission = await submitted(services, "leave.md", LEAVE)
        assert submission.job is not None
        await services.intake.cancel(submission.job.id)
        await nothing_left_to_remove(services)
        document = ParsedDocument("The notice period is 30 days.", ())
        await services.parsed.put(submission.job.version_id, document, None)
        async with EmbeddingBatcher(HashEmbedder()) as batcher:
            late = IngestPipeline(
                services.stores, services.parsed, services.index, batcher, services.pages.parsers,
                services.settings.ingest,
            )  # fmt: skip

            await late.discard(submission.job.id)

        assert not await services.parsed.exists(submission.job.version_id)

    with_services(tmp_path, scenario, working=True)


def test_other_passage_settings_make_a_new_version_of_the_same_bytes(tmp_path: Path) -> None:
    text = "# Rules\n\n" + "\n\n".join(f"Rule {n} says that machine {n} stops at {n} degrees." for n in range(40))

    async def first(services: Services) -> int:
        await ingested(services, "rules.md", text)
        return await services.index.count()

    async def second(services: Services) -> tuple[SubmissionOutcome, int]:
        submission = await submitted(services, "rules.md", text)
        await ended(services, submission.job)
        await nothing_left_to_remove(services)
        return submission.outcome, await services.index.count()

    long = with_services(tiny_settings(tmp_path, ingest={"passage_tokens": 200}), first)
    outcome, short = with_services(tiny_settings(tmp_path, ingest={"passage_tokens": 32}), second)

    assert outcome is SubmissionOutcome.SUBMITTED
    assert short > long


def test_an_empty_file_is_refused_at_once_and_listed(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        with pytest.raises(EmptyFile):
            await submitted(services, "empty.md", b"")

        (listing,) = await services.stores.documents.documents()
        assert listing.job is not None
        assert (listing.job.name, listing.job.error_code) == ("empty.md", "empty-file")

    with_services(tmp_path, scenario)

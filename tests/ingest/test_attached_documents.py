"""What hangs on a mail becomes documents: found, replaced, deleted and listed with it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from api.services import Services
from rag.documents import VersionStatus
from rag.errors import DocumentNotFound
from rag.store.jobs import JobStatus
from rag.store.listings import DocumentListing
from tests.running import ended, ingested, nothing_left_to_remove, submitted, tiny_settings, with_services


def mail(body: str, **files: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Plans"
    message.set_content(body)
    for name, content in files.items():
        message.add_attachment(content.encode(), "text", "plain", filename=f"{name}.txt")
    return message.as_bytes()


async def children(services: Services, document_id: str) -> dict[str, DocumentListing]:
    """By file name, once each has ended."""
    for listing in await services.stores.documents.attached(document_id):
        await ended(services, listing.job)
    listings = await services.stores.documents.attached(document_id)
    return {listing.job.name: listing for listing in listings if listing.job}


def test_an_attachment_is_found_as_a_document_of_its_own(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "a.eml", mail("See below.", scope="Bolts only, of zinc."))
        (scope,) = (await children(services, job.document_id)).values()

        found = await services.retriever.retrieve("zinc bolts")

        assert scope.version is not None
        assert (scope.version.status, scope.document.media_type) == (VersionStatus.LIVE, "text/plain")
        assert scope.version.quality is not None
        assert found.passages[0].passage.document_id == scope.document.id
        assert found.passages[0].text == "Bolts only, of zinc."
        # Nothing of it is kept twice.
        kept = await services.stores.blobs.keys(f"versions/{job.version_id}")
        assert not [key for key in kept if "attachment" in key]

    with_services(tmp_path, scenario)


def test_an_attachment_is_found_by_what_its_mail_is_about(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        for subject in ("供水站改造", "Harbour dredging"):
            message = EmailMessage()
            message["Subject"] = subject
            message.set_content("见附件。 See the attached file.")
            message.add_attachment(b"The price is 500 euros.", "text", "plain", filename=f"{len(subject)}.txt")
            job = await ingested(services, f"{subject}.eml", message.as_bytes())
            await children(services, job.document_id)

        for subject in ("供水站改造", "Harbour dredging"):
            found = await services.retriever.retrieve(f"{subject} price 500 euros")

            assert found.passages[0].text == "The price is 500 euros."
            assert found.passages[0].passage.context == f"{subject} › {len(subject)}.txt"

    with_services(tmp_path, scenario)


def test_a_new_state_of_the_mail_reads_only_what_changed(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "a.eml", mail("One.", same="Stays.", other="Old words.", gone="Leaves."))
        before = await children(services, job.document_id)

        await ingested(services, "a.eml", mail("Two.", same="Stays.", other="New words."))
        now = await children(services, job.document_id)
        await nothing_left_to_remove(services)

        assert sorted(now) == ["other.txt", "same.txt"]
        assert now["same.txt"] == before["same.txt"]
        assert now["other.txt"].document.id == before["other.txt"].document.id
        texts = {passage.text for passage in (await services.retriever.retrieve("words leaves stays")).passages}
        assert {"New words.", "Stays."} <= texts
        assert not texts & {"Old words.", "Leaves."}

    with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), scenario)


def test_what_cannot_be_read_is_listed_and_costs_nothing_else(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        message = EmailMessage()
        message["Subject"] = "Mixed"
        message.set_content("See below.")
        message.add_attachment(b"MZ\x90\x00", "application", "octet-stream", filename="run.exe")
        message.add_attachment(b"%PDF-1.7 broken", "application", "pdf", filename="plan.pdf")
        message.add_attachment(b"", "text", "plain", filename="empty.txt")
        message.add_attachment(b"Bolts.", "text", "plain", filename="b.txt")

        job = await ingested(services, "a.eml", message.as_bytes())
        found = await children(services, job.document_id)

        assert job.status is JobStatus.SUCCEEDED
        codes = {name: listing.job.error_code for name, listing in found.items() if listing.job}
        assert codes == {
            "b.txt": None,
            "empty.txt": "empty-file",
            "plan.pdf": "file-unreadable",
            "run.exe": "media-type-unsupported",
        }

    with_services(tmp_path, scenario)


def test_all_goes_with_the_mail(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        inner = EmailMessage()
        inner["Subject"] = "Inner"
        inner.set_content("As agreed.")
        inner.add_attachment(b"Forty bolts.", "text", "plain", filename="order.txt")
        outer = EmailMessage()
        outer["Subject"] = "Outer"
        outer.set_content("Forwarded.")
        outer.add_attachment(inner)
        job = await ingested(services, "a.eml", outer.as_bytes())
        (forwarded,) = (await children(services, job.document_id)).values()
        (order,) = (await children(services, forwarded.document.id)).values()
        assert await services.index.count() == 3

        await services.intake.delete(job.document_id)
        await nothing_left_to_remove(services)

        assert await services.index.count() == 0
        assert await services.stores.blobs.keys("originals") + await services.stores.blobs.keys("versions") == []
        with pytest.raises(DocumentNotFound):
            await services.stores.documents.document(order.document.id)

    with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), scenario)


def test_metadata_said_with_the_mail_is_that_of_its_files(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        job = await ingested(services, "a.eml", mail("One.", scope="Bolts."))
        await children(services, job.document_id)

        await services.intake.describe(job.document_id, {"tag": "x"})

        (scope,) = (await children(services, job.document_id)).values()
        assert scope.document.metadata == {"tag": "x"}
        assert (await submitted(services, "a.eml", mail("Two.", scope="Bolts."))).document.metadata == {"tag": "x"}

    with_services(tmp_path, scenario)

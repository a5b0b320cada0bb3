"""Documents: hand them in, list them, take them away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import Json

from api.dependencies import ReaderLanguage, ServicesDep
from api.filters import DescriptionIn, MetadataIn
from api.schemas import (
    Collection,
    DocumentDetailOut,
    DocumentListOut,
    DocumentOut,
    JobOut,
    MoveIn,
    SubmissionOut,
    UrlIn,
)
from api.views import document_out, job_out, submission_out, version_out
from ingest.intake import Upload
from rag.errors import FileUnnamed
from rag.store.jobs import BULK, INTERACTIVE
from rag.store.submissions import SubmissionOutcome

router = APIRouter(prefix="/v1/documents", tags=["documents"])

DEFAULT_COLLECTION = "default"
_READ_BYTES = 1024 * 1024
_PRIORITIES = {"interactive": INTERACTIVE, "bulk": BULK}


@router.post("", status_code=202)
async def submit(
    services: ServicesDep,
    language: ReaderLanguage,
    response: Response,
    file: Annotated[UploadFile, File(description="The file itself.")],
    collection: Annotated[Collection, Form()] = DEFAULT_COLLECTION,
    uri: Annotated[
        str,
        Form(
            max_length=4096,
            description="Where the file comes from; a new state of the same uri is a new version. Default: its name.",
        ),
    ] = "",
    title: Annotated[str, Form(max_length=500)] = "",
    metadata: Annotated[
        Json[MetadataIn] | None,
        Form(description="What filters can ask: a JSON object of strings. Without it, the document keeps what it has."),
    ] = None,
    priority: Annotated[
        Literal["interactive", "bulk"],
        Form(description="bulk for a file of many: what somebody waits for goes before it."),
    ] = "interactive",
) -> SubmissionOut:
    """Hand in a file. 202 with the job that works on it; 200 when these bytes are live already."""
    name = file.filename or uri
    if not name:
        # A name of ours would make all such files versions of one document.
        raise FileUnnamed()
    upload = Upload(
        name=name,
        uri=uri or name,
        collection=collection,
        title=title,
        metadata=metadata,
        priority=_PRIORITIES[priority],
    )
    submission = await services.intake.submit(upload, _chunks(file))
    if submission.outcome is SubmissionOutcome.UNCHANGED:
        response.status_code = 200
    return submission_out(submission, language)


@router.post("/url", status_code=202)
async def submit_url(
    services: ServicesDep, language: ReaderLanguage, response: Response, wanted: UrlIn
) -> SubmissionOut:
    """Fetch a file and hand it in under its URL. Again later: 200 when its server says that it is unchanged."""
    submission = await services.intake.submit_url(wanted.url, wanted.collection, wanted.title, wanted.metadata)
    if submission.outcome is SubmissionOutcome.UNCHANGED:
        response.status_code = 200
    return submission_out(submission, language)


@router.get("")
async def list_documents(
    services: ServicesDep,
    language: ReaderLanguage,
    collection: Annotated[Collection | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> DocumentListOut:
    """The newest first, failed ones with their reason."""
    listings = await services.stores.documents.documents(collection, limit=limit + 1, after=after)
    shown = [document_out(listing, language) for listing in listings[:limit]]
    return DocumentListOut(documents=shown, next=shown[-1].id if len(listings) > limit else None)


@router.get("/{document_id}")
async def show(services: ServicesDep, language: ReaderLanguage, document_id: str) -> DocumentDetailOut:
    """One document with all its versions, the newest first, and what is attached to it."""
    listing = await services.stores.documents.document(document_id)
    versions = await services.stores.documents.versions(document_id)
    attached = await services.stores.documents.attached(document_id)
    return DocumentDetailOut(
        **document_out(listing, language).model_dump(),
        versions=[version_out(version) for version in versions],
        attachments=[document_out(one, language) for one in attached],
    )


@router.patch("/{document_id}")
async def describe(
    services: ServicesDep, language: ReaderLanguage, document_id: str, description: DescriptionIn
) -> DocumentOut:
    """Replace a document's metadata, for filters to see at once; nothing is read or embedded anew."""
    await services.intake.describe(document_id, description.metadata)
    return document_out(await services.stores.documents.document(document_id), language)


@router.post("/{document_id}/release", status_code=202)
async def release(services: ServicesDep, language: ReaderLanguage, document_id: str) -> JobOut:
    """Let a document out of quarantine: it is indexed as it is. The job that works on it."""
    return job_out(await services.intake.release(document_id), language)


@router.post("/{document_id}/move", status_code=204)
async def move(services: ServicesDep, document_id: str, to: MoveIn) -> None:
    """Give a document another uri. Its id, passages and citations stay, and nothing is read again."""
    await services.intake.move(document_id, to.uri)


@router.delete("/{document_id}", status_code=204)
async def delete(services: ServicesDep, document_id: str) -> None:
    """Take a document away, with what is attached to it: it is found no more from now on, and its passages, text and
    file are deleted.
    """
    await services.intake.delete(document_id)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_READ_BYTES):
        yield chunk

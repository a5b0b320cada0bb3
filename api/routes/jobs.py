"""Jobs: how far the work on a file is, and stopping it, going on with it, trying it again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.dependencies import ReaderLanguage, ServicesDep
from api.schemas import JobCountersOut, JobListOut, JobOut
from api.views import job_out
from rag.store.jobs import JobStatus

router = APIRouter(prefix="/v1/jobs", tags=["documents"])

StoredStatus = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled", "quarantined"]


@router.get("")
async def list_jobs(
    services: ServicesDep,
    language: ReaderLanguage,
    status: Annotated[list[StoredStatus] | None, Query(description="Only jobs with one of these statuses.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> JobListOut:
    """The newest first; those that failed with their reason."""
    statuses = [JobStatus(one) for one in status] if status else None
    found = await services.stores.jobs.jobs(statuses, limit=limit + 1, after=after)
    shown = [job_out(job, language) for job in found[:limit]]
    return JobListOut(jobs=shown, next=shown[-1].id if len(found) > limit else None)


@router.get("/counters")
async def counters(services: ServicesDep) -> JobCountersOut:
    """Jobs by status, and how many documents, pages and passages can be found."""
    counted = await services.stores.jobs.counters()
    return JobCountersOut(
        jobs={status.value: number for status, number in counted.jobs.items()},
        documents=counted.documents,
        pages=counted.pages,
        passages=counted.passages,
    )


@router.get("/{job_id}")
async def show(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """The state of a job, with its failure's code and message if it failed."""
    return job_out(await services.intake.status(job_id), language)


@router.post("/{job_id}/cancel")
async def cancel(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """Stop the work on a file; one that has ended stays as it ended."""
    return job_out(await services.intake.cancel(job_id), language)


@router.post("/{job_id}/pause")
async def pause(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """Leave a file be until it is resumed; a job that has ended stays as it ended."""
    return job_out(await services.intake.pause(job_id), language)


@router.post("/{job_id}/resume")
async def resume(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """Go on with a paused job; any other stays as it is."""
    return job_out(await services.intake.resume(job_id), language)


@router.post("/{job_id}/retry", status_code=202)
async def retry(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """Read a file again whose latest job failed, was cancelled or is in quarantine. The new job."""
    return job_out(await services.intake.retry(job_id), language)

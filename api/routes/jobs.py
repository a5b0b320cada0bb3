"""Jobs: how far the work on a file is."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import ReaderLanguage, ServicesDep
from api.schemas import JobOut
from api.views import job_out

router = APIRouter(prefix="/v1/jobs", tags=["documents"])


@router.get("/{job_id}")
async def show(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """The state of a job, with its failure's code and message if it failed."""
    return job_out(await services.intake.status(job_id), language)


@router.post("/{job_id}/cancel")
async def cancel(services: ServicesDep, language: ReaderLanguage, job_id: str) -> JobOut:
    """Stop the work on a file; one that has ended stays as it ended."""
    return job_out(await services.intake.cancel(job_id), language)

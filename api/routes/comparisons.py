"""Comparisons of two documents: whole as JSON, or as they are made as server-sent events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.dependencies import ReaderLanguage, ServicesDep
from api.schemas import ComparisonIn, ComparisonOut
from api.streaming import streamed, wants_stream
from api.views import comparison_out

router = APIRouter(prefix="/v1/comparisons", tags=["documents"])


@router.post(
    "",
    response_model=ComparisonOut,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def compare(
    request: Request, services: ServicesDep, language: ReaderLanguage, wanted: ComparisonIn
) -> ComparisonOut | StreamingResponse:
    """Where two documents differ, quantities and dates first, and what both say, cited to both sides.

    With `Accept: text/event-stream` the reply is a stream of the events `progress`, `sentence`, `comparison` and, when
    it fails, `problem`.
    """
    one, other = wanted.documents
    question, of_choice, extractive = wanted.question, wanted.language, wanted.extractive
    comparer = services.comparer
    if wants_stream(request):
        events = comparer.stream(one, other, question=question, language=of_choice, extractive=extractive)
        return streamed(events, language)
    made = await comparer.compare(one, other, question=question, language=of_choice, extractive=extractive)
    return comparison_out(made)

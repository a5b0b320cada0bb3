"""Summaries of documents: whole as JSON, or as they are made as server-sent events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.dependencies import ReaderLanguage, ServicesDep
from api.schemas import SummaryIn, SummaryOut
from api.streaming import streamed, wants_stream
from api.views import summary_out

router = APIRouter(prefix="/v1/documents/{document_id}/summary", tags=["documents"])

_DEFAULT = SummaryIn.model_validate({})


@router.post(
    "",
    response_model=SummaryOut,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def summarize(
    request: Request,
    services: ServicesDep,
    language: ReaderLanguage,
    document_id: str,
    wanted: SummaryIn = _DEFAULT,
) -> SummaryOut | StreamingResponse:
    """What a document says in short, with a citation behind every sentence.

    With `Accept: text/event-stream` the reply is a stream of the events `progress`, `sentence`, `summary` and, when it
    fails, `problem`.
    """
    length, of_choice, extractive = wanted.length, wanted.language, wanted.extractive
    if wants_stream(request):
        events = services.summarizer.stream(document_id, length=length, language=of_choice, extractive=extractive)
        return streamed(events, language)
    made = await services.summarizer.summarize(document_id, length=length, language=of_choice, extractive=extractive)
    return summary_out(made)

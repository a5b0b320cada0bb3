"""Answers: whole as JSON, or as they are made as server-sent events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.dependencies import ReaderLanguage, ServicesDep
from api.filters import filter_of
from api.schemas import AnswerIn, AnswerOut, EstimateOut
from api.streaming import streamed, wants_stream
from api.views import answer_out, estimate_out

router = APIRouter(prefix="/v1/answers", tags=["questions"])


@router.post(
    "",
    response_model=AnswerOut,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def answer(
    request: Request, services: ServicesDep, language: ReaderLanguage, asked: AnswerIn
) -> AnswerOut | StreamingResponse:
    """Answer from the documents, with a citation behind every sentence, or refuse.

    With `Accept: text/event-stream` the reply is a stream of the events `sources`, `delta`, `sentence`, `answer` and,
    when it fails on the way, `problem`.
    """
    narrowed = filter_of(asked.filter)
    if wants_stream(request):
        events = services.answerer.stream(
            asked.question, collection=asked.collection, filter=narrowed, extractive=asked.extractive
        )
        return streamed(events, language)
    made = await services.answerer.answer(
        asked.question, collection=asked.collection, filter=narrowed, extractive=asked.extractive
    )
    return answer_out(made)


@router.post("/estimate")
async def estimate(services: ServicesDep, asked: AnswerIn) -> EstimateOut:
    """What the answer would take, in tokens, seconds and money, and from what. No chat model is asked."""
    made = await services.answerer.estimate(
        asked.question, collection=asked.collection, filter=filter_of(asked.filter), extractive=asked.extractive
    )
    return estimate_out(made)

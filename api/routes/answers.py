"""Answers: whole as JSON, or as they are made as server-sent events."""

from __future__ import annotations

from typing import TypedDict

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.conversation import history_of
from api.dependencies import ReaderLanguage, ServicesDep
from api.filters import filter_of
from api.schemas import AnswerIn, AnswerOut, EstimateOut
from api.streaming import streamed, wants_stream
from api.views import answer_out, estimate_out
from rag.answering.conversation.turns import History
from rag.citations import Effort
from rag.index.filters import Filter


class AskedHow(TypedDict):
    collection: str | None
    filter: Filter
    extractive: bool
    history: History
    effort: Effort | None


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

    With `Accept: text/event-stream` the reply is a stream of the events `step`, `sources`, `delta`, `sentence`,
    `answer` and, when it fails on the way, `problem`.
    """
    how: AskedHow = {
        "collection": asked.collection,
        "filter": filter_of(asked.filter),
        "extractive": asked.extractive,
        "history": history_of(asked.history),
        "effort": asked.effort,
    }
    if wants_stream(request):
        return streamed(services.answerer.stream(asked.question, **how), language)
    return answer_out(await services.answerer.answer(asked.question, **how))


@router.post("/estimate")
async def estimate(services: ServicesDep, asked: AnswerIn) -> EstimateOut:
    """What the answer would take, in tokens, seconds and money, and from what. No chat model is asked."""
    made = await services.answerer.estimate(
        asked.question, collection=asked.collection, filter=filter_of(asked.filter), extractive=asked.extractive
    )
    return estimate_out(made)

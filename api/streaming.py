"""The events of an answer, a summary or a comparison, as server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from api.problems import problem
from api.views import answer_out, citation_out, comparison_out, passage_out, sentence_out, step_out, summary_out
from rag.answering.events import Answered, Event, SentenceChecked, SourcesFound, StepTaken, TextWritten
from rag.answering.whole.records import ComparisonEvent, ComparisonMade, Progress, Summarised, SummaryEvent
from rag.errors import ChuchuError, InternalError, MessageLanguage

log = logging.getLogger("chuchu.api")

AnyEvent = Event | SummaryEvent | ComparisonEvent

HEARTBEAT_S = 10.0
"""Pause after which a comment is sent: proxies close streams that are silent while a small CPU reads its prompt."""


def wants_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def streamed(events: AsyncIterator[AnyEvent], language: MessageLanguage) -> StreamingResponse:
    """The reply that sends events as they come."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(event_stream(events, language), media_type="text/event-stream", headers=headers)


async def event_stream(
    events: AsyncIterator[AnyEvent], language: MessageLanguage, heartbeat_s: float = HEARTBEAT_S
) -> AsyncGenerator[str]:
    """Events as text/event-stream; an error on the way becomes a last event `problem`. Closing it stops the work."""
    try:
        async with aclosing(_with_heartbeats(events, heartbeat_s)) as beating:
            async for event in beating:
                yield ": working\n\n" if event is None else _encode(*_payload(event))
    except ChuchuError as error:
        yield _encode("problem", problem(error, language))
    except Exception as error:
        # The status is sent already: without a last event the reader would wait, or take half an answer for a whole.
        log.exception("an answer's stream broke off")
        yield _encode("problem", problem(InternalError(reason=type(error).__name__), language))


async def _with_heartbeats(events: AsyncIterator[AnyEvent], heartbeat_s: float) -> AsyncGenerator[AnyEvent | None]:
    """The events, and None in every longer silence. The work is stopped when the reader goes away."""
    upcoming = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=heartbeat_s)
            if not done:
                yield None
                continue
            try:
                yield upcoming.result()
            except StopAsyncIteration:
                return
            upcoming = asyncio.ensure_future(anext(events))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


def _payload(event: AnyEvent) -> tuple[str, dict[str, Any]]:
    match event:
        case StepTaken(step):
            return "step", {"step": step_out(step).model_dump(mode="json")}
        case SourcesFound(passages):
            return "sources", {"passages": [passage_out(passage).model_dump(mode="json") for passage in passages]}
        case TextWritten(text):
            return "delta", {"text": text}
        case SentenceChecked(sentence, citations, held_back):
            return "sentence", {
                "sentence": sentence_out(sentence).model_dump(mode="json"),
                "citations": [citation_out(citation).model_dump(mode="json") for citation in citations],
                "held_back": held_back,
            }
        case Progress(done, total):
            return "progress", {"done": done, "total": total}
        case Summarised(summary):
            return "summary", {"summary": summary_out(summary).model_dump(mode="json")}
        case ComparisonMade(comparison):
            return "comparison", {"comparison": comparison_out(comparison).model_dump(mode="json")}
        case Answered(answer):
            return "answer", {"answer": answer_out(answer).model_dump(mode="json")}


def _encode(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"

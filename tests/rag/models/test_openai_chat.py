from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from rag.citations import Usage
from rag.errors import ChatUnavailable, QuestionRejected
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.openai_chat import OpenAIChat
from rag.settings import ChatSettings

QUESTION = [Message("user", "文" * 100)]
COMPLETE = (
    'data: {"choices": [{"delta": {"content": "好"}}]}\n\n'
    'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
    'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}\n\n'
    "data: [DONE]\n\n"
)


class Asked:
    """A chat whose endpoint gives the responses in order, and what it was sent and how long it paused."""

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self._responses = list(responses)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def deltas(self, options: GenerationOptions | None = None) -> list[ChatDelta]:
        async def ask() -> list[ChatDelta]:
            settings = ChatSettings(backend="openai", model="qwen3", url="http://endpoint/v1")
            chat = OpenAIChat(settings, transport=httpx.MockTransport(self._respond), sleep=self._sleep)
            try:
                return [delta async for delta in chat.stream(QUESTION, options or GenerationOptions())]
            finally:
                await chat.close()

        return asyncio.run(ask())

    def text(self) -> str:
        return "".join(delta.text for delta in self.deltas())

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self._responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def ok(body: str = COMPLETE) -> httpx.Response:
    return httpx.Response(200, text=body)


def chunk(text: str) -> str:
    return "data: " + json.dumps({"choices": [{"delta": {"content": text}}]}) + "\n\n"


def test_the_reply_ends_with_usage_and_reason() -> None:
    assert Asked(ok()).deltas() == [
        ChatDelta("好"),
        ChatDelta(usage=Usage(3, 1), finish_reason="stop"),
    ]


def test_usage_is_estimated_where_the_endpoint_tells_none() -> None:
    body = chunk("文" * 20) + 'data: {"choices": [{"delta": {}, "finish_reason": "length"}]}\n\n'

    assert Asked(ok(body)).deltas()[-1] == ChatDelta(usage=Usage(65, 13), finish_reason="length")


def test_thinking_is_no_part_of_the_reply() -> None:
    reasoning = 'data: {"choices": [{"delta": {"reasoning_content": "hm", "content": null}}]}\n\n'
    body = reasoning + chunk("<thi") + chunk("nk>hm</thi") + chunk("nk>\n\n") + COMPLETE

    assert Asked(ok(body)).text() == "好"


def test_a_busy_endpoint_is_asked_again_after_the_pause_it_asks_for() -> None:
    asked = Asked(httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503), ok())

    assert asked.text() == "好"
    assert asked.pauses == [7.0, 1.0]


def test_pauses_are_bounded() -> None:
    asked = Asked(httpx.Response(429, headers={"Retry-After": "86400"}), ok())

    asked.text()

    assert asked.pauses == [20.0]


def test_an_unreachable_endpoint_is_tried_three_times() -> None:
    asked = Asked(*[httpx.ConnectError("refused")] * 3)

    with pytest.raises(ChatUnavailable, match="refused"):
        asked.text()

    assert len(asked.requests) == 3
    assert asked.pauses == [0.5, 1.0]


def test_a_refused_key_is_not_tried_again() -> None:
    asked = Asked(httpx.Response(401, json={"error": {"message": "Incorrect API key"}}))

    with pytest.raises(ChatUnavailable, match="Incorrect API key"):
        asked.text()

    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "request (5030 tokens) exceeds …", "type": "exceed_context_size_error"}},
        {"error": {"message": "too long", "code": "context_length_exceeded"}},
        {"message": "This model's maximum context length is 4096 tokens.", "code": 400},
    ],
)
def test_a_prompt_longer_than_the_context_is_the_questions_fault(error: dict[str, object]) -> None:
    with pytest.raises(QuestionRejected, match="context"):
        Asked(httpx.Response(400, json=error)).text()


def test_an_error_in_the_middle_of_the_stream_is_raised_and_not_retried() -> None:
    asked = Asked(ok(chunk("好") + 'data: {"error": {"message": "out of memory"}}\n\n'))

    with pytest.raises(ChatUnavailable, match="out of memory"):
        asked.text()

    assert len(asked.requests) == 1


@pytest.mark.parametrize("body", [chunk("好"), chunk("好") + "data: [DONE]\n\n", "", "data: <html>\n\n"])
def test_a_reply_that_does_not_end_is_no_reply(body: str) -> None:
    with pytest.raises(ChatUnavailable):
        Asked(ok(body)).text()


@pytest.mark.parametrize(
    ("options", "check"),
    [
        (GenerationOptions(), lambda sent: not {"grammar", "stop", "guided_grammar"} & set(sent)),
        (GenerationOptions(stop=("\n",)), lambda sent: sent["stop"] == ["\n"]),
        (GenerationOptions(grammar="root ::= x"), lambda sent: sent["guided_grammar"] == "root ::= x"),
        (GenerationOptions(max_tokens=7, seed=3), lambda sent: (sent["max_tokens"], sent["seed"]) == (7, 3)),
    ],
)
def test_options_are_sent(options: GenerationOptions, check: Callable[[dict[str, object]], bool]) -> None:
    asked = Asked(ok())

    asked.deltas(options)

    sent = json.loads(asked.requests[0].content)
    assert check(sent)
    assert str(asked.requests[0].url) == "http://endpoint/v1/chat/completions"
    assert sent["messages"] == [{"role": "user", "content": "文" * 100}]
    assert "Authorization" not in asked.requests[0].headers


def test_a_silent_endpoint_is_unavailable() -> None:
    with pytest.raises(ChatUnavailable, match="no token for 120 s"):
        Asked(httpx.ReadTimeout("…")).text()

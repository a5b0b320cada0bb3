from __future__ import annotations

import asyncio
import json
import math

import httpx
import pytest

from rag.errors import ChatUnavailable
from rag.models.chat import Message
from rag.models.openai_chat import OpenAIChat
from rag.models.yes_no import YesNoJudge, first_token_logprobs, margin
from rag.settings import ChatSettings
from rag.testing import ScriptedChat

QUESTION = [Message("user", "Is water wet? Reply with Yes or No.")]


def test_the_margin_is_the_log_odds_over_all_spellings() -> None:
    told = {"Yes": math.log(0.4), " yes": math.log(0.2), "No": math.log(0.1), "NO": math.log(0.2), "The": math.log(0.1)}

    assert margin(told) == pytest.approx(math.log(0.6 / 0.3))


def test_chinese_words_count() -> None:
    assert margin({"是": math.log(0.2), "否": math.log(0.8)}) == pytest.approx(math.log(0.25))


def test_a_word_that_is_not_listed_is_as_unlikely_as_the_last_that_is() -> None:
    assert margin({"No": math.log(0.9), "Maybe": math.log(0.01)}) == pytest.approx(math.log(0.01 / 0.9))


@pytest.mark.parametrize("told", [{}, {"<think>": -0.1, "Okay": -3.0}])
def test_without_either_word_there_is_no_margin(told: dict[str, float]) -> None:
    assert margin(told) is None


@pytest.mark.parametrize(
    "chunk", [{}, {"choices": []}, {"choices": [{"logprobs": None}]}, {"choices": [{"delta": {}}]}]
)
def test_a_chunk_without_probabilities_has_none(chunk: dict[str, object]) -> None:
    assert first_token_logprobs(chunk) == {}


def test_an_endpoint_is_asked_for_one_token_and_its_rivals() -> None:
    endpoint = Endpoint(
        httpx.Response(200, text=f"data: {json.dumps(chunk({'Yes': -0.1, 'No': -2.1}))}\n\ndata: [DONE]\n\n")
    )

    assert endpoint.yes_margin() == pytest.approx(2.0)
    (request,) = endpoint.requests
    assert (request["max_tokens"], request["logprobs"], request["top_logprobs"]) == (1, True, 20)


@pytest.mark.parametrize("status", [400, 422])
def test_an_endpoint_that_does_not_take_the_request_has_no_margin(status: int) -> None:
    assert (
        Endpoint(httpx.Response(status, json={"error": {"message": "logprobs is not supported"}})).yes_margin() is None
    )


def test_an_endpoint_that_is_broken_is_unavailable() -> None:
    with pytest.raises(ChatUnavailable):
        Endpoint(*[httpx.Response(500)] * 3).yes_margin()


def test_being_a_judge_is_told_by_the_method() -> None:
    assert isinstance(OpenAIChat(ChatSettings(backend="openai", url="http://endpoint/v1")), YesNoJudge)
    assert not isinstance(ScriptedChat(["Yes"]), YesNoJudge)


class Endpoint:
    """An OpenAI-compatible endpoint that gives the responses in order; the bodies that it was sent."""

    def __init__(self, *responses: httpx.Response) -> None:
        self._responses = list(responses)
        self.requests: list[dict[str, object]] = []

    def yes_margin(self) -> float | None:
        async def ask() -> float | None:
            settings = ChatSettings(backend="openai", model="qwen3", url="http://endpoint/v1")
            chat = OpenAIChat(settings, transport=httpx.MockTransport(self._respond), sleep=_at_once)
            try:
                return await chat.yes_margin(QUESTION)
            finally:
                await chat.close()

        return asyncio.run(ask())

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(json.loads(request.content))
        return self._responses.pop(0)


def chunk(told: dict[str, float]) -> dict[str, object]:
    rivals = [{"token": token, "logprob": logprob} for token, logprob in told.items()]
    return {"choices": [{"delta": {"content": "Yes"}, "logprobs": {"content": [{"top_logprobs": rivals}]}}]}


async def _at_once(_: float) -> None:
    """No pause between attempts."""

"""A chat model behind an OpenAI-compatible endpoint: vLLM, SGLang, llama.cpp, Ollama, DashScope and others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from rag.citations import Usage
from rag.errors import ChatUnavailable, ChuchuError
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.chat_completions import CompletionReader, completion_error, completion_request
from rag.models.server_sent_events import event_data
from rag.models.thinking import ThinkingFilter
from rag.models.token_estimate import estimate_tokens
from rag.models.yes_no import first_token_logprobs, judging_request, margin
from rag.settings import ChatSettings

_ATTEMPTS = 3
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 20.0
_CONNECT_TIMEOUT_S = 10.0
_TOO_MANY_REQUESTS = 429
_NOT_TAKEN = frozenset({400, 422})
"""How endpoints answer a field that they do not know."""

# The server closed a kept-alive connection as we used it, or never took ours: nothing was written yet.
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ReadError)


class OpenAIChat:
    """Streams replies; thinking is left out of them. Asks again only as long as no reply has begun."""

    def __init__(
        self,
        settings: ChatSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        key = settings.api_key.get_secret_value()
        self._settings = settings
        self._sleep = sleep
        self._client = httpx.AsyncClient(
            base_url=settings.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(settings.timeout_s, connect=min(_CONNECT_TIMEOUT_S, settings.timeout_s)),
            transport=transport,
        )

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def context_tokens(self) -> int:
        return self._settings.context_tokens

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        with self._reached():
            async with self._reply(self._request(messages, options)) as response:
                async for delta in self._deltas(response, messages):
                    yield delta

    async def yes_margin(self, messages: Sequence[Message]) -> float | None:
        """Reads one token of a reply. An endpoint that does not take the request has no probabilities to tell."""
        request = judging_request(messages) | {"model": self.name}
        told: dict[str, float] = {}
        with self._reached():
            async with self._reply(request, tolerated=_NOT_TAKEN) as response:
                if response.status_code in _NOT_TAKEN:
                    return None
                async for data in event_data(response.aiter_lines()):
                    if data == "[DONE]":
                        break
                    told = told or first_token_logprobs(self._chunk(data))
        return margin(told)

    async def count_tokens(self, text: str) -> int:
        """An estimate: endpoints have no common way to ask their tokenizer."""
        return estimate_tokens(text)

    async def warm(self) -> None:
        """The endpoint keeps its model loaded."""

    async def close(self) -> None:
        await self._client.aclose()

    def _request(self, messages: Sequence[Message], options: GenerationOptions) -> dict[str, Any]:
        request = completion_request(messages, options) | {"model": self.name}
        if options.grammar is not None:  # llama.cpp's name for it, then vLLM's older and newer ones
            request |= {
                "grammar": options.grammar,
                "guided_grammar": options.grammar,
                "structured_outputs": {"grammar": options.grammar},
            }
        return request

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """What goes wrong on the way to the endpoint, as ChatUnavailable."""
        try:
            yield
        except httpx.TimeoutException:
            raise self._unavailable(f"no token for {self._settings.timeout_s:g} s") from None
        except httpx.HTTPError as error:
            raise self._unavailable(f"{type(error).__name__} {error}".strip()) from error

    @asynccontextmanager
    async def _reply(
        self, request: Mapping[str, Any], *, tolerated: frozenset[int] = frozenset()
    ) -> AsyncIterator[httpx.Response]:
        """The response to a request, asked for again where that may help; `tolerated` are failures to hand over."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = await self._send(request)
            except _NOT_REACHED:
                if attempt == _ATTEMPTS:
                    raise
                await self._sleep(_pause_s(attempt))
                continue
            if response.is_success or response.status_code in tolerated:
                break
            error = await self._refusal(response)
            if attempt == _ATTEMPTS or not _is_passing(response.status_code):
                raise error
            await self._sleep(_pause_s(attempt, response.headers.get("Retry-After", "")))
        try:
            yield response
        finally:
            await response.aclose()

    async def _send(self, request: Mapping[str, Any]) -> httpx.Response:
        return await self._client.send(
            self._client.build_request("POST", "chat/completions", json=request), stream=True
        )

    async def _refusal(self, response: httpx.Response) -> ChuchuError:
        try:
            body = (await response.aread()).decode("utf-8", "replace")
        finally:
            await response.aclose()
        return completion_error(self.name, _error_object(body, f"HTTP {response.status_code}"))

    async def _deltas(self, response: httpx.Response, messages: Sequence[Message]) -> AsyncIterator[ChatDelta]:
        reader, thinking, written = CompletionReader(self.name), ThinkingFilter(), ""
        async for data in event_data(response.aiter_lines()):
            if data == "[DONE]":
                break
            text = reader.read(self._chunk(data))
            written += text
            if shown := thinking.feed(text):
                yield ChatDelta(shown)
        if rest := thinking.finish():
            yield ChatDelta(rest)
        yield reader.last_delta(otherwise=_estimated_usage(messages, written))

    def _chunk(self, data: str) -> Mapping[str, Any]:
        try:
            chunk = json.loads(data)
        except ValueError:
            chunk = None
        if not isinstance(chunk, dict):
            raise self._unavailable(f"it sent {data[:80]!r} where a JSON object belongs")
        return chunk

    def _unavailable(self, reason: str) -> ChatUnavailable:
        return ChatUnavailable(model=self.name, reason=reason)


def _is_passing(status: int) -> bool:
    return status == _TOO_MANY_REQUESTS or status >= 500


def _pause_s(attempt: int, retry_after: str = "") -> float:
    """Seconds before the next attempt: what the server asks for, else twice as long each time. Dates are not read."""
    asked = float(retry_after) if retry_after.isdecimal() else _FIRST_PAUSE_S * 2 ** (attempt - 1)
    return min(asked, _LONGEST_PAUSE_S)


def _error_object(body: str, status: str) -> object:
    """OpenAI wraps the error in `error`; vLLM's older releases and gateways do not; proxies send HTML."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return f"{status} {body[:200]}".strip()
    error = answer.get("error", answer)
    return error if isinstance(error, dict) and error.get("message") else f"{status} {error}"


def _estimated_usage(messages: Sequence[Message], written: str) -> Usage:
    return Usage(sum(estimate_tokens(message.content) for message in messages), estimate_tokens(written))

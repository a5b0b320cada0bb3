"""OpenAI's chat completion form, which endpoints and llama.cpp speak alike: requests out, streamed chunks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rag.citations import Usage
from rag.errors import ChatUnavailable, ChuchuError, QuestionRejected
from rag.models.chat import ChatDelta, GenerationOptions, Message


def completion_request(messages: Sequence[Message], options: GenerationOptions) -> dict[str, Any]:
    """The body of a streamed request, usage included. The grammar is left out: every server names it differently."""
    request: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "seed": options.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if options.stop:
        request["stop"] = list(options.stop)
    return request


class CompletionReader:
    """Reads the chunks of one reply, in order."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._usage: Usage | None = None
        self._finish_reason: Literal["stop", "length"] | None = None

    def read(self, chunk: Mapping[str, Any]) -> str:
        """The text of a chunk. Raises what `completion_error` says when the chunk is an error."""
        if error := chunk.get("error"):
            raise completion_error(self._model, error)
        if usage := chunk.get("usage"):
            self._usage = Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0)
        choices = chunk.get("choices") or [{}]
        if reason := choices[0].get("finish_reason"):
            self._finish_reason = "length" if reason == "length" else "stop"
        return (choices[0].get("delta") or {}).get("content") or ""

    def last_delta(self, otherwise: Usage | None = None) -> ChatDelta:
        """The end of the reply; `otherwise` is the usage where the server tells none.

        Raises ChatUnavailable when no chunk said that the reply was complete.
        """
        if self._finish_reason is None:
            raise ChatUnavailable(model=self._model, reason="it broke off its reply")
        return ChatDelta(usage=self._usage or otherwise, finish_reason=self._finish_reason)


def completion_error(model: str, error: object) -> ChuchuError:
    """The error object of a server as ours: QuestionRejected for a prompt longer than the context."""
    fields = error if isinstance(error, Mapping) else {"message": str(error)}
    reason = str(fields.get("message") or fields)
    if _is_overflow(fields, reason):
        return QuestionRejected(reason=f"with its sources it is longer than the context of {model} ({reason})")
    return ChatUnavailable(model=model, reason=reason)


def _is_overflow(fields: Mapping[str, Any], reason: str) -> bool:
    """llama.cpp says it in `type`, OpenAI in `code`, vLLM and SGLang only in words."""
    marks = {str(fields.get("type")), str(fields.get("code"))}
    named = marks & {"exceed_context_size_error", "context_length_exceeded"}
    return bool(named) or "maximum context length" in reason or "longer than the model's context" in reason

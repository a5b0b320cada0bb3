"""How much likelier a chat model finds Yes than No, told by its first token's probabilities.

A small model that is asked for a yes or a no mostly writes the same one. How sure it is of it tells questions apart
that its word does not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from rag.models.chat import GenerationOptions, Message
from rag.models.chat_completions import completion_request

_TOP_TOKENS = 20
"""The most that OpenAI's form allows."""

_YES = frozenset({"yes", "是"})
_NO = frozenset({"no", "否", "不"})


@runtime_checkable
class YesNoJudge(Protocol):
    """What a chat model can do besides, where its backend tells the probabilities of tokens."""

    async def yes_margin(self, messages: Sequence[Message]) -> float | None:
        """The log-odds of Yes against No as the reply to a question that asks for one of them.

        None where the backend tells no probabilities, or where neither word is among the likely ones. Raises
        ChatUnavailable.
        """
        ...


def judging_request(messages: Sequence[Message]) -> dict[str, Any]:
    """The body of a request for one token and the probabilities of its rivals."""
    request = completion_request(messages, GenerationOptions(max_tokens=1))
    return request | {"logprobs": True, "top_logprobs": _TOP_TOKENS}


def first_token_logprobs(chunk: Mapping[str, Any]) -> dict[str, float]:
    """Log-probabilities of the likeliest first tokens, where a chunk of a reply carries them; else none."""
    choices = chunk.get("choices") or [{}]
    told = (choices[0].get("logprobs") or {}).get("content") or []
    return {rival["token"]: rival["logprob"] for rival in told[0].get("top_logprobs") or []} if told else {}


def margin(logprobs: Mapping[str, float]) -> float | None:
    """Log-odds of all spellings of Yes against those of No; None when neither is among the tokens.

    A word that is not among them is taken to be as unlikely as the unlikeliest that is.
    """
    yes, no = _mass(logprobs, _YES), _mass(logprobs, _NO)
    if not yes and not no:
        return None
    floor = math.exp(min(logprobs.values()))
    return math.log(yes or floor) - math.log(no or floor)


def _mass(logprobs: Mapping[str, float], words: frozenset[str]) -> float:
    return sum(math.exp(logprob) for token, logprob in logprobs.items() if token.strip().lower() in words)

"""A follow-up made to stand alone: by rule, or by the chat model where the rule says that it has to be.

The rule comes first because it costs nothing and because most questions stand alone. What the model writes is held to
what was said; where it adds, answers or fails, the rule's own condensation is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rag.answering.conversation.additions import additions
from rag.answering.conversation.carrying import carried, shortened
from rag.answering.conversation.standing import stands_alone
from rag.answering.conversation.turns import LATEST, History, Turn
from rag.answering.prompts import condensing_messages
from rag.answering.writing import Writing
from rag.documents import Language
from rag.errors import ChatUnavailable
from rag.models.chat import ChatModel, GenerationOptions
from rag.text.language import detect_language

_LONGEST: Final = 300
"""Characters of a question that a model condensed; more is an answer, or an essay."""
_OPTIONS: Final = GenerationOptions(max_tokens=96, stop=("\n",))


@dataclass(frozen=True, slots=True)
class Condensed:
    """A question that stands alone, in the language of the follow-up, and what made it so."""

    question: str
    language: Language
    by: Literal["rule", "model"]


class Condenser:
    def __init__(self, chat: ChatModel | None, timeout_s: float) -> None:
        """`chat` is None where the rule alone condenses; `timeout_s` is the longest wait for it."""
        self._chat = chat
        self._timeout_s = timeout_s

    async def condense(self, question: str, history: History, *, quickly: bool = False) -> Condensed | None:
        """None where the question stands alone, as the first of a conversation always does. `quickly` is by rule."""
        by_rule = condensed_by_rule(question, history)
        if by_rule is None:
            return None
        latest = tuple(history)[-LATEST:]
        language = detect_language(question, default=detect_language(latest[-1].question, default="en"))
        written = await self._written(question, language, latest) if self._chat and not quickly else ""
        if _is_sound(written, question, language, latest):
            return Condensed(written, language, "model")
        return Condensed(by_rule, language, "rule")

    async def _written(self, question: str, language: Language, turns: Sequence[Turn]) -> str:
        """The model's question; nothing where it fails or is too slow, since there is another."""
        assert self._chat is not None
        exchanges = [(turn.question, turn.said) for turn in turns]
        messages = condensing_messages(exchanges, question, language)
        try:
            async with Writing(self._chat, messages, _OPTIONS, self._timeout_s) as writing:
                async with asyncio.timeout(self._timeout_s):
                    return "".join([delta.text async for delta in writing.deltas()]).strip().strip('"“”')
        except (ChatUnavailable, TimeoutError):
            return ""


def condensed_by_rule(question: str, turns: Sequence[Turn]) -> str | None:
    """None where the question stands alone. Each turn is read against those before it, as the question is."""
    standing: list[str] = []
    said = ""
    for turn in turns:
        standing.append(turn.standalone_question or _against(turn.question, standing, said) or turn.question)
        said = turn.said
    return _against(question, standing, said)


def _against(question: str, before: Sequence[str], said: str) -> str | None:
    """`before` are earlier questions, each of which stands alone; `said` is the answer to the last."""
    if not before:
        return None
    if stands_alone(question):
        latest = reversed(before[-LATEST:])
        return next((full for earlier in latest if (full := shortened(question, earlier))), None)
    return carried(question, before[-1], said)


def _is_sound(written: str, question: str, language: Language, turns: Sequence[Turn]) -> bool:
    """Whether what the model wrote is one question in the right language that brings in nothing new."""
    if not written or len(written) > _LONGEST or detect_language(written, default=language) != language:
        return False
    said = [part for turn in turns for part in (turn.question, turn.standalone_question, turn.said)]
    return not additions(written, "\n".join([question, *said]))

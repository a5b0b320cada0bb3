"""What an answer is going to take, before the chat model is asked: tokens, seconds and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.context import MILLION
from rag.citations import ContextReport
from rag.documents import Language
from rag.models.chat import ChatModel, Message
from rag.models.chat_pace import Rates
from rag.settings import ChatSettings


@dataclass(frozen=True, slots=True)
class Estimate:
    """`prompt_tokens` are counted; `completion_tokens` is the most that the reply may have.

    `seconds` are those of a reply of that length, None until the model was timed on this machine. `cost` is in the
    `currency` of the settings, and 0 for a model of this machine. All are 0 where no chat model is asked.
    """

    question: str
    language: Language
    model: str
    context: ContextReport
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float | None = 0.0
    cost: float = 0.0
    currency: str = ""


async def estimated(
    question: str,
    language: Language,
    context: ContextReport,
    messages: Sequence[Message],
    chat: ChatModel,
    *,
    max_tokens: int,
    rates: Rates | None,
    prices: ChatSettings | None,
) -> Estimate:
    prompt = sum([await chat.count_tokens(message.content) for message in messages])
    seconds = prompt / rates.reading + max_tokens / rates.writing if rates else None
    cost = (prompt * prices.input_price + max_tokens * prices.output_price) / MILLION if prices else 0.0
    currency = prices.currency if prices else ""
    return Estimate(question, language, chat.name, context, prompt, max_tokens, seconds, cost, currency)

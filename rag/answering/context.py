"""How much source text a prompt may hold, by tokens, seconds and money; what was packed, what left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answering.packing import CountTokens, Packed, pack
from rag.answering.repeats import repeated
from rag.citations import ContextReport, LeftOut
from rag.documents import ScoredPassage
from rag.models.chat_pace import Rates
from rag.settings import AnsweringSettings, ChatSettings

Limit = Literal["budget_tokens", "budget_s", "budget_cost", "context_tokens"]

MILLION = 1_000_000
RULES_TOKENS = 400
"""Tokens of a prompt besides its sources and the question: the rules and the template."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of source text, and which of the limits sets them."""

    tokens: int
    limited_by: Limit


@dataclass(frozen=True, slots=True)
class Context:
    """What the prompt holds of what was found."""

    packed: Packed
    report: ContextReport


def budget_of(
    settings: AnsweringSettings,
    prices: ChatSettings | None,
    rates: Rates | None,
    context_tokens: int | None,
    *,
    tokens: int | None = None,
) -> Budget:
    """The least of what the settings allow and the model can hold.

    `tokens` is what the effort allows, where it is not that of the settings. `prices`, `rates` and `context_tokens` are
    those of the chat model, None where there is none or nothing is known.
    """
    limits: list[tuple[float, Limit]] = [(tokens or settings.budget_tokens, "budget_tokens")]
    if settings.budget_s and rates:
        limits.append((settings.budget_s * rates.reading - RULES_TOKENS, "budget_s"))
    if settings.budget_cost and prices and prices.input_price:
        for_reply = settings.max_tokens * prices.output_price / MILLION
        affordable = (settings.budget_cost - for_reply) * MILLION / prices.input_price
        limits.append((affordable - RULES_TOKENS, "budget_cost"))
    if context_tokens:
        limits.append((context_tokens - settings.max_tokens - RULES_TOKENS, "context_tokens"))
    least, limited_by = min(limits, key=lambda limit: limit[0])
    return Budget(max(1, int(least)), limited_by)


def pack_context(
    passages: Sequence[ScoredPassage], budget: Budget, count_tokens: CountTokens, question: str
) -> Context:
    """Pack what does not repeat a better passage of another document."""
    repeats = repeated(passages)
    fresh = [one for one in passages if one.passage.id not in repeats]
    packed = pack(fresh, budget.tokens, count_tokens, question=question)
    taken = tuple(one.passage.id for one in packed.sources)
    left_out = tuple(
        LeftOut(passage_id, "repeats" if passage_id in repeats else "budget")
        for passage_id in (one.passage.id for one in passages)
        if passage_id not in taken
    )
    return Context(packed, ContextReport(budget.tokens, budget.limited_by, packed.tokens, taken, left_out))

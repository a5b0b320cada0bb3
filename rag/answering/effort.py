"""What each effort spends on an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.citations import Effort
from rag.settings import AnsweringSettings


@dataclass(frozen=True, slots=True)
class Pace:
    """`is_judged` says whether the judge is asked, where there is one: its verdict is worth a second and more."""

    effort: Effort = Effort.STANDARD
    budget_tokens: int = 600
    is_judged: bool = True

    @classmethod
    def of(cls, effort: Effort | None, settings: AnsweringSettings) -> Pace:
        """The pace of a request; None takes the effort of the settings."""
        effort = Effort(effort or settings.effort)
        budgets = {
            Effort.FAST: settings.fast_budget_tokens,
            Effort.STANDARD: settings.budget_tokens,
            Effort.DEEP: settings.deep_budget_tokens,
        }
        return cls(effort, budgets[effort], settings.judge and effort is not Effort.FAST)

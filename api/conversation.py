"""Conversations at the doors: turns as they are sent back, and what a client keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.schemas import MOST_HISTORY_CHARACTERS, AnswerOut, TurnIn
from rag.answering.conversation.turns import CitedPlace, Turn
from rag.documents import Span

KEPT_TURNS = 20
"""Turns that a client sends back; of older ones only the citations, so that their numbers keep their meaning."""
_KEPT_CHARACTERS = MOST_HISTORY_CHARACTERS // (2 * KEPT_TURNS)


def history_of(turns: Sequence[TurnIn]) -> tuple[Turn, ...]:
    return tuple(
        Turn(
            question=turn.question,
            answer=turn.answer,
            citations=tuple(
                CitedPlace(cited.marker, cited.version_id, Span(cited.span.start, cited.span.end))
                for cited in turn.citations
            ),
            is_refused=turn.refused,
            standalone_question=turn.standalone_question or "",
        )
        for turn in turns
    )


class Conversation:
    """What was asked and answered so far, as a client of the API sends it with the next question."""

    def __init__(self) -> None:
        self._turns: list[dict[str, Any]] = []

    def add(self, answer: AnswerOut) -> None:
        self._turns.append(_turn(answer))
        if len(self._turns) > KEPT_TURNS:
            oldest = self._turns.pop(0)
            self._turns[0]["citations"] = _each_once([*oldest["citations"], *self._turns[0]["citations"]])

    def start_over(self) -> None:
        self._turns.clear()

    @property
    def history(self) -> list[dict[str, Any]]:
        return list(self._turns)


def _turn(answer: AnswerOut) -> dict[str, Any]:
    cited = [citation.model_dump(include={"marker", "version_id", "span"}) for citation in answer.citations]
    return {
        "question": answer.question,
        "answer": answer.text[:_KEPT_CHARACTERS],
        "citations": cited,
        "refused": answer.refusal is not None,
        "standalone_question": answer.standalone_question,
    }


def _each_once(citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({citation["marker"]: citation for citation in reversed(citations)}.values())[::-1]

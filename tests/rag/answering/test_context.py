from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answering.context import RULES_TOKENS, Budget, budget_of, pack_context
from rag.answering.repeats import repeated
from rag.citations import LeftOut
from rag.documents import ScoredPassage
from rag.models.chat_pace import Rates
from rag.settings import AnsweringSettings, ChatSettings
from tests.rag.answering.sources import source

NOTICE = "The notice period of an employee is 30 days from the end of the month."


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def of_document(text: str, document: str) -> ScoredPassage:
    found = source(text, name=f"p-{document}", version=f"v-{document}")
    return replace(found, passage=replace(found.passage, document_id=document))


@pytest.mark.parametrize(
    ("settings", "prices", "rates", "window", "expected"),
    [
        ({}, None, None, None, Budget(600, "budget_tokens")),
        ({"budget_s": 10}, None, None, 8192, Budget(600, "budget_tokens")),  # the model was never timed
        ({"budget_s": 10}, None, Rates(80, 10), 8192, Budget(800 - RULES_TOKENS, "budget_s")),
        # 0.01 less 320 written tokens at 10 a million is 0.0068; at 8 a million, that reads 850 tokens
        (
            {"budget_cost": 0.01},
            {"input_price": 8, "output_price": 10},
            None,
            8192,
            Budget(850 - RULES_TOKENS, "budget_cost"),
        ),
        ({}, None, None, 1000, Budget(1000 - 320 - RULES_TOKENS, "context_tokens")),
        ({"budget_s": 1}, None, Rates(80, 10), None, Budget(1, "budget_s")),
    ],
    ids=["tokens", "unknown-rate", "seconds", "money", "window", "never-nothing"],
)
def test_the_least_of_the_limits_counts(
    settings: dict[str, float],
    prices: dict[str, float] | None,
    rates: Rates | None,
    window: int | None,
    expected: Budget,
) -> None:
    chosen = ChatSettings(**prices) if prices else None  # type: ignore[arg-type]

    assert budget_of(AnsweringSettings(**settings), chosen, rates, window) == expected  # type: ignore[arg-type]


def test_a_copy_of_a_better_passage_is_left_out_and_named() -> None:
    best, copy, other = (
        of_document(NOTICE, "a"),
        of_document(f"{NOTICE} ", "b"),
        of_document("Batteries are covered for six months.", "c"),
    )

    context = pack_context([best, copy, other], Budget(20, "budget_tokens"), words, "How long?")

    assert context.packed.sources == (best,)
    assert context.report.packed == ("p-a",)
    assert context.report.left_out == (LeftOut("p-b", "repeats"), LeftOut("p-c", "budget"))
    assert (context.report.budget_tokens, context.report.limited_by, context.report.tokens) == (20, "budget_tokens", 16)


def test_what_differs_in_a_number_repeats_nothing() -> None:
    assert repeated([of_document(NOTICE, "a"), of_document(NOTICE.replace("30", "60"), "b")]) == frozenset()


def test_a_document_may_repeat_itself() -> None:
    one = of_document(NOTICE, "a")

    assert repeated([one, replace(one, passage=replace(one.passage, id="later"))]) == frozenset()


def test_nothing_is_packed_of_nothing_found() -> None:
    context = pack_context([], Budget(20, "budget_tokens"), words, "How long?")

    assert (context.packed.sources, context.report.packed, context.report.left_out) == ((), (), ())

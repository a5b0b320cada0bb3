"""What an answer would take, foreseen, and measured when it was given."""

from __future__ import annotations

import pytest

from rag.answering.answerer import Answerer
from rag.answering.citing import Citer
from rag.models.chat_pace import ChatPace
from rag.settings import AnsweringSettings, ChatSettings
from rag.testing import ScriptedChat
from tests.rag.library import CALIBRATION, Library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty lasts 24 months from the date of delivery."
QUESTION = "How long does the warranty last?"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def answerer(library: Library, chat: ScriptedChat | None, pace: ChatPace, **prices: float) -> Answerer:
    settings = AnsweringSettings(judge=False, max_tokens=100)
    citer, chosen = Citer(library.parsed), ChatSettings(**prices)  # type: ignore[arg-type]
    return Answerer(
        library.retriever(), library.batcher, chat, citer, CALIBRATION, settings, 5, prices=chosen, pace=pace
    )


async def test_nothing_is_asked_and_cost_follows_from_prices(library: Library) -> None:
    await library.add("handbook.txt", WARRANTY, title="Handbook")
    chat = ScriptedChat([WARRANTY])

    made = await answerer(library, chat, ChatPace(), input_price=2.0, output_price=6.0).estimate(QUESTION)

    assert chat.calls == []
    assert (made.model, made.language, made.completion_tokens, made.currency) == ("scripted", "en", 100, "CNY")
    assert made.prompt_tokens > 200
    assert made.cost == pytest.approx((made.prompt_tokens * 2.0 + 100 * 6.0) / 1e6)
    assert (len(made.context.packed), made.context.left_out) == (1, ())
    assert made.seconds is None


async def test_seconds_are_known_once_an_answer_was_timed(library: Library) -> None:
    await library.add("handbook.txt", WARRANTY, title="Handbook")
    pace = ChatPace()
    asked = answerer(library, ScriptedChat([WARRANTY], piece_delay_s=0.01), pace)

    answer = await asked.answer(QUESTION)
    made = await asked.estimate(QUESTION)

    rates = pace.rates("scripted")
    assert rates is not None
    assert made.prompt_tokens == answer.usage.prompt_tokens
    assert made.seconds == pytest.approx(made.prompt_tokens / rates.reading + 100 / rates.writing)
    assert answer.context is not None
    assert answer.context.packed == made.context.packed


async def test_extracts_take_no_tokens(library: Library) -> None:
    await library.add("handbook.txt", WARRANTY, title="Handbook")

    made = await answerer(library, None, ChatPace()).estimate(QUESTION)

    assert (made.model, made.prompt_tokens, made.seconds, made.cost) == ("", 0, 0.0, 0.0)
    assert len(made.context.packed) == 1

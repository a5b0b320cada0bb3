"""An answer written by a real small model, which also judges: reading is shared, and closing is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.citations import AnswerMode
from rag.models.llama_cpp_chat import LlamaCppChat
from rag.settings import ChatSettings
from tests.rag.library import Library

pytestmark = [pytest.mark.anyio, pytest.mark.models]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_judged_answer_is_written_from_what_the_judge_read(library: Library, gguf: Path) -> None:
    await library.add("handbook.txt", "The warranty lasts 24 months from the date of delivery.", title="Handbook")
    chat = LlamaCppChat(ChatSettings(context_tokens=1024), gguf)
    try:
        answer = await library.answerer(chat, chat_timeout_s=100, evidence_threshold=0.0).answer(
            "How long does the warranty last?"
        )
    finally:
        await chat.close()

    assert answer.mode is AnswerMode.GENERATED
    assert answer.evidence_score is not None
    assert "24 months" in answer.text
    assert answer.citations[0].quote == "The warranty lasts 24 months from the date of delivery."

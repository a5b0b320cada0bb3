"""A summary written by a real small model."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.whole.records import SummaryLength
from rag.citations import AnswerMode, SupportStatus
from rag.models.llama_cpp_chat import LlamaCppChat
from rag.settings import ChatSettings
from tests.rag.library import Library

pytestmark = [pytest.mark.anyio, pytest.mark.models]

TERMS = (
    "The warranty of the X200 pump lasts 24 months from the date of delivery.\n"
    "The buyer pays 30% of the price within ten days after signature.\n"
    "Either party may end the contract with a notice of 60 days."
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_small_document_is_summarised_in_its_own_figures(library: Library, gguf: Path) -> None:
    await library.add("terms.txt", TERMS, title="Terms of sale")
    (listing,) = await library.stores.documents.documents()
    chat = LlamaCppChat(ChatSettings(context_tokens=2048), gguf)
    try:
        summary = await library.summarizer(chat, chat_timeout_s=100).summarize(
            listing.document.id, length=SummaryLength.SHORT
        )
    finally:
        await chat.close()

    assert (summary.mode, summary.language) == (AnswerMode.GENERATED, "en")
    assert summary.usage.prompt_tokens > 0 or summary.sentences
    assert {sentence.status for sentence in summary.sentences} <= {SupportStatus.SUPPORTED, SupportStatus.PARTIAL}
    assert all(citation.quote in TERMS for citation in summary.citations)
    assert any(figure in summary.text for figure in ("24 months", "30%", "60 days"))

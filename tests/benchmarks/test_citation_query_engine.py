from __future__ import annotations

import pytest

from benchmarks.citation_query_engine import CitationEngine
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion
from rag.testing import HashEmbedder, ScriptedChat

pytestmark = pytest.mark.anyio

DOCUMENTS = [
    CorpusDocument("leave", "Leave", "Employees have fifteen days of paid leave a year."),
    CorpusDocument("parking", "Parking", "Visitors park for free behind the house."),
]


async def test_a_row_has_the_chunks_that_were_shown_under_their_numbers() -> None:
    chat = ScriptedChat(["They have fifteen days [1]."])
    engine = CitationEngine(DOCUMENTS, HashEmbedder(), chat)

    row = await engine.answer(EvaluationQuestion("q", "How many days of paid leave have employees?"))

    assert (row["id"], row["answer"], row["refused"]) == ("q", "They have fifteen days [1].", False)
    assert [(citation["n"], citation["doc"]) for citation in row["citations"]] == [(1, "leave"), (2, "parking")]
    assert row["citations"][0]["text"].startswith("Leave\nEmployees have fifteen days")
    ((message,), _) = chat.calls[0]
    assert "Source 1:\nLeave\n" in message.content


async def test_a_model_that_declines_has_refused() -> None:
    engine = CitationEngine(DOCUMENTS, HashEmbedder(), ScriptedChat(["The sources do not mention it."]))

    assert (await engine.answer(EvaluationQuestion("q", "Who is the mayor?")))["refused"]

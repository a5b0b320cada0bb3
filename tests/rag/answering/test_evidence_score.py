"""What an answer was decided by is told with it, so that the threshold can be fitted to it."""

from __future__ import annotations

import pytest

from rag.answering.calibration import Calibration
from rag.citations import RefusalReason
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty lasts 24 months from the date of delivery."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_near_question_scores_higher_and_both_say_on_which_side_they_fell(library: Library) -> None:
    await library.add("handbook.txt", WARRANTY, title="Handbook")
    answerer = library.answerer(None)
    threshold = Calibration().evidence_threshold

    near = await answerer.answer("How long does the warranty last from the date of delivery?")
    far = await answerer.answer("Penguins waddle across Antarctic glaciers")

    assert near.refusal is None
    assert near.evidence_score is not None
    assert near.evidence_score >= threshold
    assert far.refusal is not None
    assert far.refusal.reason is RefusalReason.NO_EVIDENCE
    assert far.evidence_score is not None
    assert far.evidence_score < threshold


async def test_without_documents_there_is_no_score(library: Library) -> None:
    answer = await library.answerer(None).answer("How long does the warranty last?")

    assert answer.evidence_score is None

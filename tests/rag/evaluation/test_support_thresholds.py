from __future__ import annotations

from dataclasses import replace
from typing import Any

from rag.evaluation.support_thresholds import Judged, SupportPoint, choose_support, judged_sentences
from tests.rag.evaluation.rows import QUESTION, SENTENCE

TOLD = replace(QUESTION, evidence=(SENTENCE,), answers=("24 months",))


def row(*sentences: tuple[str, float, str], mode: str = "generated") -> dict[str, Any]:
    written = [{"text": text, "score": score, "status": status} for text, score, status in sentences]
    return {"id": "q1", "mode": mode, "sentences": written}


def test_a_sentence_is_right_when_it_says_what_is_known() -> None:
    said = row(
        ("It lasts 24 months.", 0.9, "supported"),
        ("The warranty lasts from the date of delivery.", 0.8, "partial"),
        ("Our office is closed on Sundays.", 0.3, "unsupported"),
        ("It lasts 60 months.", 0.9, "contradicted"),
    )

    assert judged_sentences([(TOLD, said)]) == [Judged(0.9, True), Judged(0.8, True), Judged(0.3, False)]
    assert judged_sentences([(replace(TOLD, answerable=False), said)])[0] == Judged(0.9, False)
    assert judged_sentences([(TOLD, row((SENTENCE, 1.0, "supported"), mode="extractive"))]) == []


def test_the_lowest_threshold_of_that_precision_is_chosen() -> None:
    sentences = [Judged(0.8, True)] * 9 + [Judged(0.6, True)] * 9 + [Judged(0.6, False)] + [Judged(0.4, False)] * 5

    assert choose_support(sentences, 0.94) == SupportPoint(0.6, 18 / 19, 1.0)
    assert choose_support(sentences, 1.0) == SupportPoint(0.8, 1.0, 0.5)


def test_nothing_is_chosen_from_too_little() -> None:
    assert choose_support([Judged(0.9, True)] * 10, 0.9) is None
    assert choose_support([Judged(0.9, False)] * 30, 0.9) is None

"""The page of a run: complete, in both languages, without a network, and safe whatever documents say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.errors import MessageLanguage
from rag.evaluation.losses import Stage
from rag.evaluation.measures import Measured, measure_all
from rag.evaluation.reports.failures import Trouble, failures_of, troubles_of
from rag.evaluation.reports.losses import losses_of
from rag.evaluation.reports.page import report_page
from rag.evaluation.reports.words import words
from tests.rag.evaluation.rows import QUESTION, SENTENCE, answered, passages

HOSTILE = "<script>alert(1)</script>\"'>&{{ 7 * 7 }}"
TOLD = replace(QUESTION, gold=("d",), evidence=(SENTENCE,), answers=("24 months",), type="fact")
UNTOLD = replace(QUESTION, id="q2", query=HOSTILE, language="zh", answerable=False)


def traced(lost: Stage | None, **ranks: int) -> dict[str, Any]:
    return {"trace": [{"lost": lost.value if lost else None, "ranks": ranks}]}


def system() -> list[Measured]:
    good = answered("It lasts 24 months [1].", SENTENCE, retrieved=passages(SENTENCE)) | traced(None, fused=1, dense=1)
    bad = answered(HOSTILE, HOSTILE, retrieved=passages(HOSTILE)) | traced(Stage.DENSE, fused=30, lexical=2)
    lost = replace(TOLD, id="q3", query=HOSTILE, gold=(HOSTILE,), type=HOSTILE)
    return measure_all([(TOLD, good), (UNTOLD, bad | {"id": "q2"}), (lost, bad | {"id": "q3"})])


class Tags(HTMLParser):
    """Counts tags, and checks that each is closed in its turn."""

    VOID = frozenset({"meta", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_asks_nothing_of_the_network(language: MessageLanguage) -> None:
    page = report_page(system(), name="S.jsonl", language=language)
    tags = Tags()
    tags.feed(page)

    assert tags.open == []
    assert tags.links == []
    assert not re.search(r"https?:|@import|url\(", page)
    assert tags.seen.count("script") == 1
    assert tags.seen.count("svg") >= 2
    assert words(language)["failures"] in page


def test_what_documents_and_questions_say_stays_text() -> None:
    page = report_page(system(), name=HOSTILE, language="en")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_failures_are_told_the_worst_first() -> None:
    failures = failures_of(system())

    assert [failure.measured.question.id for failure in failures] == ["q2", "q3"]
    assert failures[0].troubles == (Trouble.ANSWERED,)
    assert failures[1].troubles == (Trouble.UNATTRIBUTED, Trouble.MISSED)
    [evidence] = failures[1].evidence
    assert (evidence.stage, evidence.rank, evidence.cited) == ("dense", None, False)
    assert troubles_of(system()[0]) == ()


def test_losses_are_counted_by_stage_and_language() -> None:
    losses = losses_of(system())

    assert losses is not None
    assert losses.counts == {"found": 1, "dense": 2}
    assert {bar.name: bar.count for bar in losses.bars} == {"all": 3, "en": 2, "zh": 1}
    # of three sentences: one is the dense leg's first; the lexical leg has two at its second place
    assert losses.reach["dense"] == pytest.approx([1 / 3] * 5)
    assert losses.reach["lexical"] == pytest.approx([0, 2 / 3, 2 / 3, 2 / 3, 2 / 3])
    assert losses.reach["fused"] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1 / 3, 1])


def test_a_run_without_traces_or_evidence_has_a_page_too() -> None:
    bare = measure_all([(replace(QUESTION, gold=("d",)), {"id": "q1", "retrieved": passages("x", doc="e")})])

    page = report_page(bare, name="S.jsonl", language="en")

    assert "--trace" in page
    assert losses_of(bare) is None
    assert "evidence not found" in page
    assert report_page([], name="empty", language="zh")


def test_rows_of_another_system_need_no_more_than_the_format_asks() -> None:
    refused = {"id": "q1", "retrieved": passages("x"), "answer": None, "refused": True}

    assert "refused" in report_page(measure_all([(TOLD, refused)]), name="S.jsonl", language="en")


def test_every_stage_and_trouble_has_a_name_and_every_stage_a_colour() -> None:
    style = Path(__file__).parents[4].joinpath("rag/evaluation/reports/page.css").read_text("utf-8")

    for language in ("en", "zh"):
        said = words("zh" if language == "zh" else "en")
        assert {f"stage-{stage}" for stage in (*Stage, "found")} <= said.keys()
        assert {f"trouble-{trouble}" for trouble in Trouble} <= said.keys()
    for stage in (*Stage, "found"):
        assert f".stage-{stage} {{" in style

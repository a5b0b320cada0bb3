"""The report of a run in a browser, from a file and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.evaluation.measures import measure_all
from rag.evaluation.reports.page import report_page
from tests.rag.evaluation.rows import QUESTION, SENTENCE, answered, passages

pytestmark = pytest.mark.slow


@pytest.fixture
def report(browser: Browser, tmp_path: Path, complaints: list[str]) -> Iterator[Page]:
    """One question answered that should have been refused, in English; one missed, in Chinese."""
    untold = replace(QUESTION, answerable=False)
    missed = replace(QUESTION, id="q2", query="保修多久？", language="zh", gold=("d",), evidence=(SENTENCE,))
    rows = [
        (untold, answered("It lasts 24 months [1].", SENTENCE, retrieved=passages(SENTENCE))),
        (missed, answered("", refused=True, retrieved=passages("elsewhere", doc="e")) | {"id": "q2"}),
    ]
    file = tmp_path / "S.html"
    file.write_text(report_page(measure_all(rows), name="S.jsonl", language="en"), "utf-8")
    tab = browser.new_page(offline=True)
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(file.as_uri())
    yield tab
    tab.close()


def test_failures_are_filtered_by_kind_language_and_words(report: Page, complaints: list[str]) -> None:
    answered_wrongly, missed = report.locator(".failure").nth(0), report.locator(".failure").nth(1)

    report.locator("#trouble").select_option("refused")
    expect(answered_wrongly).to_be_hidden()
    expect(missed).to_be_visible()

    report.locator("#trouble").select_option("")
    report.locator("#language").select_option("en")
    expect(answered_wrongly).to_be_visible()
    expect(missed).to_be_hidden()

    report.locator("#language").select_option("")
    report.locator("#search").fill("保修")
    expect(answered_wrongly).to_be_hidden()
    missed.locator("summary").click()
    expect(missed.get_by_text("elsewhere")).to_be_visible()
    assert complaints == []


def test_plots_and_tables_stay_within_a_narrow_page(report: Page) -> None:
    report.set_viewport_size({"width": 390, "height": 800})

    assert report.evaluate("document.documentElement.scrollWidth") <= 390

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.baselines import comparison
from benchmarks.baselines.__main__ import table
from benchmarks.baselines.comparison import Result, compared
from benchmarks.baselines.corpora import Asked, from_files, samples
from benchmarks.baselines.system import Found, System, Unavailable
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion
from rag.settings import Settings
from rag.testing import HashEmbedder

ASKED = Asked(
    (CorpusDocument("a", "", "Backups are kept for 35 days."), CorpusDocument("b", "", "食堂中午开门。")),
    (
        EvaluationQuestion("1", "How long?", "en", gold=("a",), evidence=("Backups are kept for 35 days.",)),
        EvaluationQuestion("2", "食堂何时开门？", "zh", gold=("b",), evidence=("食堂中午开门。",)),
    ),
)


class FirstDocument:
    """Finds the first document, whatever is asked."""

    def __init__(self) -> None:
        self._found: list[Found] = []
        self.closed = False

    def index(self, documents: Sequence[CorpusDocument]) -> None:
        self._found = [Found(documents[0].id, documents[0].text)]

    def search(self, question: str) -> list[Found]:
        return self._found

    def close(self) -> None:
        self.closed = True


def absent() -> System:
    raise ModuleNotFoundError("No module named 'haystack'", name="haystack")


def offline() -> System:
    raise Unavailable("no network")


def test_who_runs_is_measured_and_who_does_not_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    first, said = FirstDocument(), list[str]()
    makers = {"first": lambda: first, "absent": absent, "offline": offline}
    monkeypatch.setattr(comparison, "_systems", lambda *_: makers)

    (result,) = compared(ASKED, HashEmbedder(), Settings(), said.append)

    assert result.system == "first"
    assert result.quality["R@5, en"] == result.quality["ev_R@500w, en"] == 1
    assert result.quality["R@5, zh"] == result.quality["ev_R@1000w, zh"] == 0
    assert first.closed
    assert "absent is not measured: haystack is not installed (pip install --group bench)" in said
    assert "offline is not measured: no network" in said


def test_every_sample_has_its_source_and_the_questions_know_it() -> None:
    asked = samples(1_000)

    ids = {document.id for document in asked.documents}
    assert all(document.text for document in asked.documents)
    assert all(set(question.gold) <= ids for question in asked.questions)


def test_as_many_answerable_questions_are_drawn_of_each_language(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": "a", "text": "A"}), encoding="utf-8")
    rows = [
        {"id": f"{language}{n}", "query": "?", "lang": language, "answerable": n < 4}
        for language in ("en", "zh")
        for n in range(5)
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    drawn = [from_files([tmp_path / "c.jsonl"], tmp_path / "q.jsonl", 2).questions for _ in range(2)]

    assert [question.language for question in drawn[0]] == ["en", "en", "zh", "zh"]
    assert drawn[0] == drawn[1]
    assert all(question.answerable for question in drawn[0])


def test_the_table_shows_times_only_where_they_are_whole() -> None:
    result = Result("ours", {"R@5, en": 0.5}, index_s=3, p50_s=0.01, p95_s=0.02)

    assert table([result]).splitlines()[2] == "| ours | 50.0 | 3 | 10 | 20 |"
    assert table([result], with_times=False).splitlines()[2] == "| ours | 50.0 |"

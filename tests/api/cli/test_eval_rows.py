"""`chuchu eval` over rows that are there already: no model, no index, no process of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from rag.errors import LabelsTooFew, MeasureUnknown, RowsUnlike

SENTENCE = "The warranty lasts {} months from the date of delivery."


def lines(path: Path, records: list[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


class Folder:
    """Twenty questions, every fourth unanswerable, and the rows of systems that answer so many of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.questions = [
            {
                "id": f"q{i}", "query": f"How long is warranty {i}?", "lang": "zh" if i % 2 else "en",
                "gold": [f"d {i}"], "evidence": [SENTENCE.format(i)], "answers": [f"{i} months"],
                "answerable": i % 4 != 0,
            }
            for i in range(20)
        ]  # fmt: skip
        self.queries = lines(path / "Q.jsonl", self.questions)

    def rows(self, name: str, found: int, **more: Any) -> Path:
        rows = [
            {"id": f"q{i}", "retrieved": [{"doc": f"d {i}", "text": SENTENCE.format(i) if i < found else "nothing"}]}
            | more
            for i in range(20)
        ]
        return lines(self.path / name, rows)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHUCHU_LANGUAGE", "en")
    return Folder(tmp_path)


def chuchu(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)])


def test_rows_are_measured_in_groups(folder: Folder) -> None:
    rows = folder.rows("S.jsonl", 4)

    shown = chuchu("measure", rows, "--queries", folder.queries, "--by", "direction", "--measure", "P@1")
    told = json.loads(chuchu("measure", rows, "--queries", folder.queries, "--json").stdout)

    assert shown.stdout.splitlines()[0].split() == ["measure,", "%", "all", "en→en", "zh→en"]
    assert any(line.startswith("P@1 ") for line in shown.stdout.splitlines())
    assert told["all"]["ev_R@1000w"]["mean"] == 0.2
    assert told["zh"]["ev_R@1000w"] | {"low": 0, "high": 0} == {"mean": 0.2, "low": 0, "high": 0, "questions": 10}


def test_compare_tells_what_turned(folder: Folder) -> None:
    before, after = folder.rows("A.jsonl", 4), folder.rows("B.jsonl", 20)

    shown = chuchu("compare", before, after, "--queries", folder.queries, "--flips", "2")
    told = json.loads(chuchu("compare", before, after, "--queries", folder.queries, "--json").stdout)

    [line] = [line for line in shown.stdout.splitlines() if line.startswith("ev_R@1000w")]
    # 15 answerable, of which 1, 2 and 3 were found before
    assert line.split()[:4] == ["ev_R@1000w", "20.0", "100.0", "+80.0"]
    assert line.split()[-4:] == ["12", "0", "15", "better"]
    assert "got better by" in shown.stdout
    assert told["ev_R@1000w"]["better"] == [f"q{i}" for i in range(4, 20) if i % 4]
    assert told["R@5"]["difference"] == 0


def test_a_part_is_compared_by_itself(folder: Folder) -> None:
    before, after = folder.rows("A.jsonl", 4), folder.rows("B.jsonl", 20)

    told = json.loads(chuchu("compare", before, after, "--queries", folder.queries, "--json", "--group", "en").stdout)

    assert told["ev_R@5"]["questions"] == 5
    assert isinstance(
        chuchu("compare", before, after, "--queries", folder.queries, "--group", "x").exception, RowsUnlike
    )


def test_the_gate_lets_pass_what_is_no_worse(folder: Folder) -> None:
    good, bad = folder.rows("good.jsonl", 20), folder.rows("bad.jsonl", 4)
    gate = ("--queries", folder.queries, "--measure", "ev_R@1000w")

    assert chuchu("gate", good, good, *gate).exit_code == 0
    assert chuchu("gate", bad, good, *gate).exit_code == 0
    worse = chuchu("gate", good, bad, *gate)
    assert worse.exit_code == 1
    assert worse.stdout.startswith("WORSE  ev_R@1000w  100.0 → 20.0")
    assert chuchu("gate", good, bad, "--queries", folder.queries, "--measure", "R@5").exit_code == 0
    assert chuchu("gate", good, bad, *gate, "--margin", "90").exit_code == 0
    assert chuchu("gate", good, bad, *gate, "--measure", "P@1").stdout.splitlines()[1].startswith("ok  P@1")


def test_the_gate_does_not_let_pass_what_it_cannot_judge(folder: Folder) -> None:
    good = folder.rows("good.jsonl", 20)
    some = lines(folder.path / "some.jsonl", [json.loads(line) for line in good.read_text("utf-8").splitlines()[:5]])
    other = lines(folder.path / "other.jsonl", [{"id": "elsewhere"}])
    gate = ("--queries", folder.queries, "--measure")

    assert isinstance(chuchu("gate", good, some, *gate, "R@5").exception, RowsUnlike)
    assert isinstance(chuchu("gate", good, other, *gate, "R@5").exception, RowsUnlike)
    assert isinstance(chuchu("gate", good, good, *gate, "attributed").exception, MeasureUnknown)


def test_rows_become_files_for_other_tools(folder: Folder) -> None:
    done = chuchu("export", folder.rows("S.jsonl", 20), "--queries", folder.queries)

    assert done.exit_code == 0
    assert (folder.path / "S.run").read_text("utf-8").splitlines()[3] == "q3 Q0 d%203 1 1 chuchu"
    assert (folder.path / "S.qrels").read_text("utf-8").splitlines()[3] == "q3 0 d%203 1"


@pytest.mark.parametrize(("language", "word"), [("en", "Questions that failed"), ("zh", "失败的问题")])
def test_a_report_is_written_in_the_language_asked_for(folder: Folder, language: str, word: str) -> None:
    page = folder.path / "out" / "S.html"

    done = chuchu(
        "report", folder.rows("S.jsonl", 4), "--queries", folder.queries, "--out", page, "--language", language
    )

    assert done.exit_code == 0
    assert word in page.read_text("utf-8")


def test_thresholds_are_fitted_and_written(folder: Folder) -> None:
    questions = [question | {"answerable": i % 2 == 0} for i, question in enumerate(folder.questions)]
    queries = lines(folder.path / "half.jsonl", questions)
    rows = lines(
        folder.path / "S.jsonl",
        [{"id": f"q{i}", "refused": False, "evidence_score": 0.2 + 0.3 * (i % 2 == 0) + i / 1000} for i in range(20)],
    )
    out = folder.path / "chuchu.toml"

    done = chuchu("calibrate", "--queries", queries, "--rows", rows, "--out", out)

    assert done.exit_code == 0
    # between the highest of the unanswerable, 0.219, and the lowest of the answerable, 0.5
    assert out.read_text("utf-8") == "[answering]\nevidence_threshold = 0.3595\n"
    assert "unanswerable refused 100 % (100 – 100), answerable refused 0.0 %" in done.stdout
    assert isinstance(chuchu("calibrate", "--queries", folder.queries, "--rows", rows).exception, LabelsTooFew)


def test_drafts_that_nobody_reviewed_are_warned_of(folder: Folder) -> None:
    rows = folder.rows("S.jsonl", 20)
    queries = lines(folder.path / "drafts.jsonl", [folder.questions[1] | {"reviewed": False}, folder.questions[2]])

    done = chuchu("export", rows, "--queries", queries)

    assert "1 of 2 questions are drafts" in done.stderr
    assert "are drafts" not in chuchu("export", rows, "--queries", folder.queries).stderr


def test_judged_documents_come_from_qrels(folder: Folder) -> None:
    rows = folder.rows("S.jsonl", 20)
    qrels = folder.path / "more.qrels"
    qrels.write_text("q1 0 d%201 2\nq1 0 other 0\n", "utf-8")

    chuchu("export", rows, "--queries", folder.queries, "--qrels", qrels)

    assert "q1 0 d%201 2\nq1 0 other 0\n" in (folder.path / "S.qrels").read_text("utf-8")

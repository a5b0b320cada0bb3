"""`chuchu eval run` and `eval draft` as people run them: processes, seconds each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from conftest import CommandLine

LEAVE = "Employees have 25 days of paid leave a year."
TRAVEL = "Hotels up to 140 euros a night are paid in advance."


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return lines(
        tmp_path / "Q.jsonl",
        {"id": "q1", "lang": "en", "query": "How many days of paid leave?", "gold": ["a"], "evidence": [LEAVE]},
        {"id": "q2", "lang": "en", "query": "What do hotels cost a night?", "gold": ["b"]},
        {"id": "q3", "lang": "en", "query": "Who is the chairman?", "answerable": False},
    )


def test_a_corpus_of_several_files_is_indexed_once_and_asked(chuchu: CommandLine, queries: Path) -> None:
    one = lines(chuchu.folder / "1.jsonl", {"id": "a", "title": "Leave", "text": LEAVE})
    two = lines(chuchu.folder / "2.jsonl", {"id": "b", "title": "Travel", "text": TRAVEL})
    out = chuchu.folder / "out" / "S.jsonl"
    run = ("eval", "run", "--queries", queries, "--out", out, "--retrieval-only")

    first = chuchu.run(*run, "--corpus", one, "--corpus", two)
    told = rows(out)
    [scratch] = (path for path in (chuchu.data_dir / "scratch").iterdir() if path.name != "vectors")
    database = (scratch / "chuchu.db").read_bytes()
    again = chuchu.run(*run, "--corpus", one, two, "--trace", "--reuse-vectors", "--limit", "2")
    traced = rows(out)
    other = chuchu.run(*run, "--corpus", one, two, CHUCHU_INGEST__PASSAGE_TOKENS="64")

    assert (first.returncode, again.returncode, other.returncode) == (0, 0, 0), first.stderr + again.stderr
    assert [row["id"] for row in told] == ["q1", "q2", "q3"]
    assert told[0]["retrieved"][0] == {"doc": "a", "text": LEAVE}
    assert told[0]["latency_s"] > 0
    assert told[1]["evidence_lang"] == "en"
    assert out.with_suffix(".run").read_text("utf-8").startswith("q1 Q0 a 1 2 chuchu\n")
    assert "R@5" in first.stdout
    # the second run found the index, timed nothing, and says where evidence was lost
    assert (scratch / "chuchu.db").read_bytes() == database
    assert len(traced) == 2
    assert traced[0]["trace"] == [{"lost": None, "ranks": {"dense": 1, "lexical": 1, "fused": 1}}]
    assert "latency_s" not in traced[0]
    # 64 tokens a passage is another index
    assert len(list((chuchu.data_dir / "scratch").iterdir())) == 3


def test_questions_are_drafted_from_documents(chuchu: CommandLine) -> None:
    papers = chuchu.write({"leave.md": f"# Leave\n\n{LEAVE}\n", "travel.md": f"# Travel\n\n{TRAVEL}\n"})
    reply = "Question: How many days of paid leave do employees have?\nAnswer: 25 days"
    chat = {
        "CHUCHU_CHAT__BACKEND": "llama-index",
        "CHUCHU_CHAT__CLASS_PATH": "tiny_chat.TinyChat",
        "CHUCHU_CHAT__CLASS_ARGUMENTS": json.dumps({"reply": reply}),
    }
    out = chuchu.folder / "Q.jsonl"

    chuchu.run("ingest", papers)
    drafted = chuchu.run("eval", "draft", "--out", out, "--n", "3", **chat)
    nobody = chuchu.run("eval", "draft", "--out", out, "--n", "3")
    empty = chuchu.run("eval", "draft", "--out", out, "--collection", "none", **chat)

    assert drafted.returncode == 0, drafted.stderr
    assert "1 → " in drafted.stdout  # the sentence on hotels does not hold the answer
    assert "reviewed" in drafted.stderr
    [question] = rows(out)
    assert nobody.returncode == 1
    assert "settings-invalid" in nobody.stderr
    assert empty.returncode == 1
    assert "document-not-found" in empty.stderr
    assert (question["gold"], question["evidence"], question["reviewed"]) == (["leave.md"], [LEAVE], False)

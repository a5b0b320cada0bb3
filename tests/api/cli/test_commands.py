from __future__ import annotations

import json
import os
import signal
import time

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.api.cli.conftest import LEAVE, Chuchu, line_with

COMMANDS = [
    ["ingest"],
    ["search"],
    ["ask"],
    ["serve"],
    ["worker"],
    ["models", "list"],
    ["models", "fetch"],
    ["models", "verify"],
    ["documents", "list"],
    ["documents", "show"],
    ["documents", "delete"],
    ["eval", "run"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_two_languages(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])

    assert shown.exit_code == 0
    assert any("\u4e00" <= character <= "\u9fff" for character in shown.output)
    assert shown.output.startswith(f"Usage: chuchu {' '.join(command)}")


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output

    assert all(command[0] in shown for command in COMMANDS)


@pytest.mark.slow
def test_a_folder_is_ingested_asked_about_listed_and_deleted(chuchu: Chuchu) -> None:
    chuchu.written("papers/leave.md", LEAVE)
    chuchu.written("papers/deep/假期.md", "# 假期\n\n通知期为 30 天。\n")
    chuchu.written("papers/.hidden.md", LEAVE)

    first = chuchu.run("ingest", "papers")
    again = chuchu.run("ingest", "papers")

    assert first.returncode == again.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == "2 read, 0 unchanged, 0 failed; 1 hidden files passed over"
    assert again.stdout.splitlines()[-1] == "0 read, 2 unchanged, 0 failed; 1 hidden files passed over"

    found = chuchu.run("search", "notice period", "--limit", "1")
    assert "1. Leave" in found.stdout
    assert "The notice period is 30 days." in found.stdout

    answer = json.loads(chuchu.run("ask", "What is the notice period?", "--json").stdout)
    assert answer["mode"] == "extractive"
    assert "The notice period is 30 days." in [citation["quote"] for citation in answer["citations"]]
    shown = chuchu.run("ask", "What is the notice period?").stdout
    assert "The notice period is 30 days. [1] ✓" in shown

    listed = json.loads(chuchu.run("documents", "list", "--json").stdout)
    assert sorted(document["title"] for document in listed) == ["Leave", "假期"]
    leave = next(document["id"] for document in listed if document["title"] == "Leave")
    assert json.loads(chuchu.run("documents", "show", leave).stdout)["uri"].endswith("/papers/leave.md")
    assert chuchu.run("documents", "delete", leave).stdout == f"Deleted {leave}.\n"
    table = chuchu.run("documents", "list").stdout
    assert "假期" in table
    assert leave not in table


@pytest.mark.slow
def test_a_bad_file_fails_the_command_and_not_its_neighbours(chuchu: Chuchu) -> None:
    chuchu.written("papers/leave.md", LEAVE)
    chuchu.written("papers/empty.md", b"")
    chuchu.written("papers/nothing.html", "<html><body></body></html>")
    chuchu.written(os.fsdecode(b"papers/" + "制度".encode("gbk") + b".md"), LEAVE)

    # As in a terminal of UTF-8; without a locale, Python would pass the bytes of the odd name through.
    done = chuchu.run("ingest", "papers", PYTHONIOENCODING="utf-8:strict")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 read, 0 unchanged, 2 failed"
    assert "The file is empty." in done.stdout
    assert "The file holds no text." in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_chinese_in_a_chinese_terminal(chuchu: Chuchu) -> None:
    chuchu.written("leave.md", LEAVE)

    done = chuchu.run("ingest", "leave.md", LANG="zh_CN.UTF-8")
    missing = chuchu.run("ingest", "nowhere.md", LANG="zh_CN.UTF-8")
    overruled = chuchu.run("ingest", "nowhere.md", LANG="zh_CN.UTF-8", CHUCHU_LANGUAGE="en")

    assert done.stdout.splitlines()[-1] == "读取 1，未变化 0，失败 0"
    assert missing.stderr.startswith("错误 [file-not-found]: 没有文件或文件夹 nowhere.md")
    assert overruled.stderr.startswith("Error [file-not-found]: ")


@pytest.mark.slow
def test_commands_go_to_the_server_that_runs(chuchu: Chuchu) -> None:
    chuchu.written("leave.md", LEAVE)

    with chuchu.started("serve", "--port", "0") as server:
        assert server.stderr is not None
        line_with(server.stderr, "Ready: http://127.0.0.1:")
        ingested = chuchu.run("ingest", "leave.md", HTTP_PROXY="http://127.0.0.1:9")
        refused = chuchu.run("eval", "run", "--queries", "none", "--out", "out", "--documents", "leave.md")
        second = chuchu.run("serve", "--port", "0")
        server.send_signal(signal.SIGINT)
        last_words = server.stderr.read()
        status = server.wait(timeout=30)

    assert ingested.stdout.splitlines()[-1] == "1 read, 0 unchanged, 0 failed"
    assert (refused.returncode, second.returncode) == (1, 1)
    assert second.stderr.splitlines()[-1].startswith("Error [data-folder-in-use]: ")
    assert status == 0
    assert last_words == "Stopped.\n"
    assert not (chuchu.data_dir / "server.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["worker"]], ids=" ".join)
def test_a_container_is_stopped_in_good_order(chuchu: Chuchu, command: list[str]) -> None:
    """SIGTERM is what Docker sends: the services close, and the process ends without an error."""
    with chuchu.started(*command) as process:
        wait_for_owner(chuchu)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert not (chuchu.data_dir / "server.json").exists()


def wait_for_owner(chuchu: Chuchu) -> None:
    """Until DBOS has made its tables: the last thing that opens before signals are waited for."""
    deadline = time.monotonic() + 60
    while not list(chuchu.data_dir.glob("blobs/priors/*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)


@pytest.mark.slow
def test_an_evaluation_measures_and_keeps_its_rows(chuchu: Chuchu) -> None:
    corpus = chuchu.written("corpus.jsonl", json.dumps({"id": "leave", "title": "Leave", "text": LEAVE}) + "\n")
    question = {"id": "q1", "lang": "en", "query": "What is the notice period?", "answers": ["30 days"]}
    question |= {"gold": ["leave"], "evidence": ["The notice period is 30 days."], "type": "fact", "answerable": True}
    queries = chuchu.written("queries.jsonl", json.dumps(question) + "\n")

    done = chuchu.run(
        "eval", "run", "--corpus", str(corpus), "--queries", str(queries), "--out", "out/rows.jsonl", "--extractive"
    )

    (row,) = [json.loads(line) for line in (chuchu.folder / "out/rows.jsonl").read_text("utf-8").splitlines()]
    assert done.returncode == 0, done.stderr
    assert row["id"] == "q1"
    assert "measure" in done.stdout
    assert "1 → out/rows.jsonl" in done.stdout


def test_models_are_listed_with_what_is_here(chuchu: Chuchu) -> None:
    listed = chuchu.run("models", "list", CHUCHU_EMBEDDING__BACKEND="sentence-transformers")

    assert listed.returncode == 0
    assert "multilingual-e5-small" in listed.stdout
    assert "no" in listed.stdout


@pytest.mark.slow
def test_an_ingest_killed_in_its_midst_is_completed_by_the_next(chuchu: Chuchu) -> None:
    for number in range(12):
        chuchu.written(f"papers/{number}.md", f"# Machine {number}\n\nMachine {number} weighs {number} kg.\n")

    with chuchu.started("ingest", "papers") as first:
        deadline = time.monotonic() + 60
        while not list(chuchu.data_dir.glob("blobs/versions/*")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGKILL)
    second = chuchu.run("ingest", "papers")
    third = chuchu.run("ingest", "papers")

    assert second.returncode == 0, second.stderr
    assert third.stdout.splitlines()[-1] == "0 read, 12 unchanged, 0 failed"
    assert len(json.loads(chuchu.run("documents", "list", "--json").stdout)) == 12

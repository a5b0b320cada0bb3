"""How commands end: one line for a person, a status for a script, and never a trace."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.api.cli.conftest import LEAVE, PROGRAM, Chuchu


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("text", "code_and_entry"),
    [
        ("not toml at all [", "settings-invalid"),
        ("[chat]\nbackend = 'parrot'", "chat.backend"),
        ("[chat]\nunknown = 1", "chat.unknown"),
        ("[ingest]\nworker = 'separate'", 'index.backend = "server"'),
    ],
)
def test_settings_that_are_wrong(chuchu: Chuchu, text: str, code_and_entry: str) -> None:
    chuchu.written("settings.toml", text)

    line = only_line(chuchu.run("search", "anything"))

    assert line.startswith("Error [settings-invalid]: ")
    assert code_and_entry in line


def test_settings_that_are_not_there(chuchu: Chuchu) -> None:
    line = only_line(chuchu.run("models", "list", CHUCHU_SETTINGS="nowhere.toml"))

    assert "nowhere.toml" in line


def test_a_model_that_nobody_knows(chuchu: Chuchu) -> None:
    settings = {"CHUCHU_EMBEDDING__BACKEND": "sentence-transformers", "CHUCHU_EMBEDDING__MODEL": "parrot-7b"}

    searched = chuchu.run("search", "anything", **settings)
    fetched = chuchu.run("models", "fetch", "parrot-7b")

    assert searched.stderr.splitlines()[-1].startswith("Error [model-unknown]: There is no model named parrot-7b")
    assert searched.returncode == 1
    assert only_line(fetched).startswith("Error [model-unknown]: ")


def test_a_model_that_is_not_here(chuchu: Chuchu) -> None:
    done = chuchu.run("models", "verify", "multilingual-e5-small")

    assert only_line(done).startswith("Error [model-missing]: ")


def test_a_port_that_is_taken(chuchu: Chuchu) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = chuchu.run("serve", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error [port-in-use]: ")
    assert "Traceback" not in done.stderr


def test_a_path_that_is_not_there_is_told_before_anything_is_read(chuchu: Chuchu) -> None:
    chuchu.written("leave.md", LEAVE)

    assert only_line(chuchu.run("ingest", "leave.md", "nowhere")).startswith("Error [file-not-found]: ")
    assert not chuchu.data_dir.exists()


def test_a_document_that_is_not_there(chuchu: Chuchu) -> None:
    done = chuchu.run("documents", "show", "nowhere")

    assert done.stderr.splitlines()[-1].startswith("Error [document-not-found]: ")
    assert done.returncode == 1


def test_a_command_that_is_none(chuchu: Chuchu) -> None:
    done = chuchu.run("dance")

    assert done.returncode == 2
    assert "dance" in done.stderr


def test_a_defect_is_one_line_and_a_trace_for_who_asks(chuchu: Chuchu) -> None:
    chuchu.written("data", "a file where a folder should be")

    told = chuchu.run("search", "anything")
    traced = chuchu.run("search", "anything", CHUCHU_DEBUG="1")

    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert "Traceback" in traced.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["models", "list"]], ids=" ".join)
def test_a_reader_who_has_seen_enough(chuchu: Chuchu, arguments: list[str]) -> None:
    """As in `chuchu … | head -1`."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAM, *arguments],
        cwd=chuchu.folder,
        env=chuchu.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    status = process.wait(timeout=60)

    assert said == ""
    assert status in (0, 1)


@pytest.mark.slow
def test_ctrl_c_ends_an_ingest_without_a_trace_and_loses_nothing(chuchu: Chuchu) -> None:
    for number in range(200):
        chuchu.written(f"papers/{number}.md", f"# Machine {number}\n\nMachine {number} weighs {number} kg.\n")

    with chuchu.started("ingest", "papers") as process:
        deadline = time.monotonic() + 60
        while not list(chuchu.data_dir.glob("blobs/versions/*")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    documents = chuchu.run("documents", "list").stdout

    assert process.returncode == 130
    assert "Traceback" not in said
    assert "failed" not in documents


def test_help_comes_at_once(chuchu: Chuchu) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        assert chuchu.run("--help").returncode == 0
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) <= 0.6

"""How processes end: in good order when told to stop, and without a trace when the reader or the names are odd."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import CommandLine


def when_it_waits_for_signals(chuchu: CommandLine, process: subprocess.Popen[str], command: str) -> None:
    """The server says so. The worker serves nothing: the priors are the last that it makes before it waits."""
    sign = chuchu.data_dir / "server.json" if command == "serve" else chuchu.data_dir / "blobs" / "priors"
    deadline = time.monotonic() + 60
    while not sign.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    if command == "worker":
        time.sleep(1.0)


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_signal_closes_the_services_and_is_no_error(
    chuchu: CommandLine, command: str, signum: signal.Signals
) -> None:
    """SIGTERM is what Docker sends. It ended the process before anything was closed."""
    process = chuchu.start(command, *(("--port", "0") if command == "serve" else ()))
    when_it_waits_for_signals(chuchu, process, command)

    process.send_signal(signum)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert not (chuchu.data_dir / "server.json").exists()
    if command == "serve":
        assert said.splitlines()[-1] == "Stopped."


@pytest.mark.slow
def test_file_names_that_are_not_utf_8_are_read_and_shown(chuchu: CommandLine) -> None:
    name = os.fsdecode("制度".encode("gbk") + b".md")
    papers = chuchu.write({name: "# Leave\n\nThe notice period is 30 days.\n"})

    # As in a terminal of UTF-8; without a locale, Python would pass the bytes of the name through.
    done = chuchu.run("ingest", papers, PYTHONIOENCODING="utf-8:strict")

    assert done.returncode == 0, done.stderr
    assert "1 read, 0 unchanged, 0 failed" in done.stdout


@pytest.mark.parametrize("buffering", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("arguments", [["--help"], ["models", "list"]], ids=" ".join)
def test_a_reader_who_has_seen_enough_sees_no_trace(
    chuchu: CommandLine, arguments: list[str], buffering: dict[str, str]
) -> None:
    """As in `chuchu … | head -1`. The status is Click's, for every program of its kind."""
    process = chuchu.start(*arguments, **buffering)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stdin, process.stderr:
        said = process.stderr.read()

    assert process.wait(timeout=60) == 1
    assert said == ""


def test_a_defect_is_one_line_and_a_trace_for_who_asks(chuchu: CommandLine) -> None:
    chuchu.data_dir.write_text("a file where a folder should be")

    told = chuchu.run("search", "anything")
    traced = chuchu.start("search", "anything", CHUCHU_DEBUG="1")
    _, trace = traced.communicate(timeout=60)

    assert told.returncode == 1
    assert "Traceback" in trace

"""An ingestion that is interrupted leaves nothing that the next one does not put right."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

pytestmark = pytest.mark.slow  # every test starts processes of its own, seconds each

if TYPE_CHECKING:
    from conftest import CommandLine

FILES = {f"{number}.md": f"# Machine {number}\n\nMachine {number} weighs {number * 7} kg.\n" for number in range(12)}
SLOWLY = {"CHUCHU_EMBEDDING__CLASS_ARGUMENTS": json.dumps({"delay_s": 2.0, "slow_word": "Machine"})}


def stopped_in_the_middle(chuchu: CommandLine, with_signal: signal.Signals) -> subprocess.CompletedProcess[str]:
    """`ingest`, signalled while texts are embedded."""
    # A shell that put the tests into the background has SIGINT ignored, and what is ignored is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = chuchu.start("ingest", chuchu.write(FILES), **SLOWLY)
    deadline = time.monotonic() + 60
    while not any((chuchu.data_dir / "blobs" / "versions").rglob("*.*")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(with_signal)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def completed_by_the_next(chuchu: CommandLine) -> None:
    """Every file is live once, with its one passage, and there is nothing more to do."""
    second = chuchu.run("ingest", chuchu.folder / "papers")
    third = chuchu.run("ingest", chuchu.folder / "papers")
    listed = json.loads(chuchu.run("documents", "list", "--json").stdout)

    assert second.returncode == 0, second.stdout + second.stderr
    assert "0 read, 12 unchanged, 0 failed" in third.stdout
    assert len(listed) == len(FILES)
    assert {document["live_version"]["passages"] for document in listed} == {1}


def test_ctrl_c_ends_with_130_and_the_next_run_completes(chuchu: CommandLine) -> None:
    done = stopped_in_the_middle(chuchu, signal.SIGINT)

    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    completed_by_the_next(chuchu)


@pytest.mark.slow
def test_killed_in_the_middle_the_next_run_completes(chuchu: CommandLine) -> None:
    done = stopped_in_the_middle(chuchu, signal.SIGKILL)

    assert done.returncode == -signal.SIGKILL
    completed_by_the_next(chuchu)

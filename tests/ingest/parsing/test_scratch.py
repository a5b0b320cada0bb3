"""What parser processes leave when their owner is killed goes with the next one, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ingest
from ingest.parsing.scratch import ScratchFolder

ROOT = Path(ingest.__file__).parents[1]


def test_what_a_killed_owner_left_goes_and_what_is_held_stays(tmp_path: Path) -> None:
    owning = (
        "import sys, time; from pathlib import Path; from ingest.parsing.scratch import ScratchFolder;"
        "held = ScratchFolder(Path(sys.argv[1])); (held.path / 'deep').mkdir();"
        "print(held.path, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", owning, str(tmp_path)]
    held = ScratchFolder(tmp_path)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().strip())
        meanwhile = ScratchFolder(tmp_path)
        assert left.is_dir()
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()

    after = ScratchFolder(tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([held.path, meanwhile.path, after.path])
    for folder in (held, meanwhile, after):
        folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_without_a_root_it_can_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    folder = ScratchFolder()

    assert folder.path.parent == tmp_path / f"chuchu-parsers-{os.getuid()}"
    folder.remove()

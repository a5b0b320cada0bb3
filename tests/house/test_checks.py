"""`make check` passes: a test, so that it cannot be forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("mypy", "samples/demo.py")],
    ids=" ".join,
)
def test_the_code_is_clean(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(command[0])

    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr

"""`chuchu` as a process of its own, over settings that need no weights."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LEAVE = "# Leave\n\nThe notice period is 30 days.\n"
SETTINGS = """
data_dir = "{data_dir}"
models_dir = "{data_dir}/models"

[embedding]
backend = "llama-index"
model = "tiny"
class_path = "tests.api.cli.tiny_embedding.TinyEmbedding"

[chat]
backend = "none"

[answering]
evidence_threshold = 0
"""
# What the script `chuchu` does. Written out, because the tests must run this tree, whatever is installed.
PROGRAM = "import sys; sys.argv[0] = 'chuchu'; from api.cli.main import main; sys.exit(main())"


@dataclass
class Chuchu:
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "VIRTUAL_ENV", "TMPDIR")}
        ours = {"PYTHONPATH": str(ROOT), "CHUCHU_SETTINGS": str(self.folder / "settings.toml"), "LANG": "C.UTF-8"}
        return kept | ours | {"COLUMNS": "200"} | self.environment | more

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environ(**environment),
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=120,
        )

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The process while it runs; killed, with what it started, if it still does in the end."""
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def written(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def chuchu(tmp_path: Path) -> Chuchu:
    made = Chuchu(tmp_path)
    made.written("settings.toml", SETTINGS.format(data_dir=made.data_dir))
    return made


def line_with(stream: Iterator[str], words: str) -> str:
    """The next line that holds the words; what the process has said until then is in the failure."""
    said = []
    for line in stream:
        if words in line:
            return line
        said.append(line)
    raise AssertionError(f"{words!r} never came: {said}")

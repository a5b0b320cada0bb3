"""`chuchu` as people run it: a process with an environment, a status and two streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
COMMAND = (sys.executable, "-c", "from api.cli.main import main; main()")
PATIENCE_S = 120.0


class CommandLine:
    """Runs commands against one data folder, with an embedding that needs no weights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        # Nothing of the developer's own settings, proxies or language gets in.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}",
            "CHUCHU_DATA_DIR": str(self.data_dir),
            "CHUCHU_MODELS_DIR": str(folder / "models"),
            "CHUCHU_EMBEDDING__BACKEND": "llama-index",
            "CHUCHU_EMBEDDING__CLASS_PATH": "tiny_embedding.TinyEmbedding",
            "CHUCHU_CHAT__BACKEND": "none",
        }

    def run(
        self, *arguments: str | Path, typed: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The ended command, which read what was `typed`; no command may end in a traceback."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(typed, timeout=PATIENCE_S)
        assert "Traceback" not in out + err, err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def write(self, files: Mapping[str, str]) -> Path:
        """Files in the folder `papers`, which is returned."""
        papers = self.folder / "papers"
        papers.mkdir(exist_ok=True)
        for name, text in files.items():
            (papers / name).write_text(text, encoding="utf-8")
        return papers


@pytest.fixture
def chuchu(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)

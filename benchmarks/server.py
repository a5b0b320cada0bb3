"""A `chuchu serve` of our own over a data folder of our own, as a user starts it, and its client."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.cli.ingesting import WINDOW
from api.client import Client
from api.schemas import JobOut
from api.server import running_server
from benchmarks.startup import COMMAND, REPOSITORY, this_repository

_START_TIMEOUT_S = 180.0
_STOP_TIMEOUT_S = 30.0
_POLL_S = 0.05
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Server:
    client: Client
    pid: int

    def peak_resident_bytes(self) -> int:
        """The most memory that the server held so far, plus the most that each process it has started held.

        They need not have done so at the same time, so the sum errs upwards.
        """
        return sum(_peak_bytes(pid) for pid in (self.pid, *_descendants(self.pid)))


@contextmanager
def served(data_dir: Path) -> Iterator[Server]:
    """A server with the settings of this environment, on a free port; raises RuntimeError when it does not start."""
    log = data_dir / "server.log"
    environment = {**this_repository(), "CHUCHU_DATA_DIR": str(data_dir)}
    command = [str(COMMAND), "serve", "--host", "127.0.0.1", "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
        try:
            with closing(Client(_url(process, data_dir, log))) as client:
                yield Server(client, process.pid)
        finally:
            _stop(process)


def ingest(client: Client, files: Sequence[Path]) -> None:
    """Hand files in over HTTP and wait until all are live; raises RuntimeError for one that fails."""
    waiting, under_way = list(reversed(files)), dict[str, Path]()
    while waiting or under_way:
        while waiting and len(under_way) < WINDOW:
            path = waiting.pop()
            with path.open("rb") as file:
                submitted = client.submit(file, name=path.name, uri=path.as_uri(), collection="default")
            if submitted.job is not None:
                under_way[submitted.job.id] = path
        for job_id, path in list(under_way.items()):
            if _is_live(client.job(job_id), path):
                del under_way[job_id]
        time.sleep(_POLL_S)


def _is_live(job: JobOut, path: Path) -> bool:
    if job.status in ("failed", "cancelled"):
        raise RuntimeError(f"{path.name} was not ingested: {job.failure.message if job.failure else job.status}")
    return job.status in ("succeeded", "unchanged")


def _url(process: subprocess.Popen[bytes], data_dir: Path, log: Path) -> str:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if (address := running_server(data_dir)) is not None:
            return address.url
        time.sleep(_POLL_S)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace').strip()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _peak_bytes(pid: int) -> int:
    """The high-water mark of a process's resident set, 0 where /proc does not tell."""
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def _descendants(pid: int) -> Iterator[int]:
    for listed in _PROC.glob(f"{pid}/task/*/children"):
        for child in map(int, listed.read_text().split()):
            yield child
            yield from _descendants(child)

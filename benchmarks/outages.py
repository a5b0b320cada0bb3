"""The same invariants when not the service dies but what it stands on is away: database, disk, index.

    python -m benchmarks outages

Documents come, change and go while the outage begins, lasts and ends; then the service is killed and looked at as
after any other death. The full disk is a small file system in memory, which only root may mount.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from api.client import Client
from api.server import private_server
from api.services import open_services
from benchmarks.figures import Figure, Run, at_most
from benchmarks.kills import double_settings, looked_at
from benchmarks.mortal import kill, started, url_of
from benchmarks.workload import Clients, Expectation, Expectations, uris
from rag.errors import IndexUnavailable
from rag.index.edge import EdgePassageIndex
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope
from rag.settings import Settings

_DOCUMENTS = 12
_BEFORE_S, _AFTER_S = 3.0, 5.0
_DISK_BYTES = 96 * 1024**2

Outage = Callable[[Path], AbstractContextManager[None]]
"""Takes something away from the data folder for as long as the context lasts."""


def measure(run: Run) -> Iterator[Figure]:
    """Yields, for each outage, what was acknowledged around it and what does not hold afterwards."""
    long_s = run.size(60, 3)
    with TemporaryDirectory(prefix="chuchu-outages-") as folder:
        for name in ("locked", "away"):
            (Path(folder) / name).mkdir()
        run.say(f"database locked for {run.size(40, 3)} s")
        settings = double_settings(run.settings, Path(folder) / "locked")
        yield from _figures("database locked", settings, _served(settings, _locked, run.size(40, 3)))
        run.say(f"index away for {long_s} s")
        settings = double_settings(run.settings, Path(folder) / "away")
        yield from _figures("index away", settings, _without_index(settings, long_s))
        if os.geteuid() != 0:
            run.say("the full disk is left out: only root may mount one. Run it again with sudo")
            return
        run.say("disk full")
        with _small_disk(Path(folder) / "full") as disk:
            settings = double_settings(run.settings, disk)
            yield from _figures("disk full", settings, _served(settings, _full, run.size(20, 3)))


def _figures(name: str, settings: Settings, expectations: Expectations) -> Iterator[Figure]:
    found = asyncio.run(looked_at(settings, expectations))
    for line in found.lines():
        print(f"{name}: {line}")
    yield Figure(f"{name}, acknowledged", sum(one.acknowledged for one in expectations.values()), "")
    yield Figure(f"{name}, what does not hold", len(found.lines()), "", at_most(0))


def _served(settings: Settings, outage: Outage, lasts_s: float) -> Expectations:
    """Work against a real server around the outage, and kill it."""
    process = started(settings)
    url = url_of(process, settings.data_dir)
    expectations = _worked(partial(Client, url), lambda: outage(settings.data_dir), lasts_s)
    kill(process)
    return expectations


def _without_index(settings: Settings, lasts_s: float) -> Expectations:
    index = AwayIndex(settings.data_dir / "index")
    with private_server(settings, partial(open_services, working=True, index=index)) as address:
        connect = partial(Client, address.url, socket=address.socket)
        return _worked(connect, index.away, lasts_s)


def _worked(
    connect: Callable[[], Client], outage: Callable[[], AbstractContextManager[None]], lasts_s: float
) -> Expectations:
    expectations: Expectations = {uri: Expectation() for uri in uris(_DOCUMENTS)}
    clients = Clients(connect, expectations, "outage")
    clients.start()
    time.sleep(_BEFORE_S)
    with outage():
        time.sleep(lasts_s)
    time.sleep(_AFTER_S)
    clients.stop()
    return expectations


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Another program holds the database's only write lock."""
    connection = sqlite3.connect(data_dir / "chuchu.db", isolation_level=None, timeout=60)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@contextmanager
def _full(data_dir: Path) -> Iterator[None]:
    """Somebody else's file takes what is left of the disk."""
    filler = data_dir / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 65536):
            pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


class AwayIndex(EdgePassageIndex):
    """The embedded index, which can be out of reach as a server can."""

    _is_away = False

    @contextmanager
    def away(self) -> Iterator[None]:
        self._is_away = True
        try:
            yield
        finally:
            self._is_away = False

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        self._reach()
        await super().upsert(passages)

    async def search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        self._reach()
        return await super().search(legs)

    async def delete_version(self, version_id: str) -> None:
        self._reach()
        await super().delete_version(version_id)

    async def version_passage_ids(self, version_id: str) -> set[str]:
        self._reach()
        return await super().version_passage_ids(version_id)

    async def count(self, scope: Scope = Scope()) -> int:
        self._reach()
        return await super().count(scope)

    def _reach(self) -> None:
        if self._is_away:
            raise IndexUnavailable(where="the benchmark", reason="it is away")

"""A PostgreSQL server of one's own in a private folder, for benchmarks and tests."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class PostgresServer:
    """A cluster of its own that listens on a unix socket alone. Root cannot run one, so root runs it as `postgres`."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._user = "postgres" if os.geteuid() == 0 else getpass.getuser()

    def start(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._user, self._user)
        self._run("initdb", "-D", "data", "-A", "trust", "-U", self._user, "-E", "UTF8", "--locale=C", "--no-sync")
        # the tests kill clients, not the server: it need not survive power loss
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    def emptied_database(self) -> str:
        """The URL of the one database, empty again: making another for each test takes seconds and megabytes."""
        url = f"postgresql://{self._user}@/postgres?host={self._folder}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return url

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", self._user, "--", *command]
        # pg_ctl's server inherits what it is given: a pipe would never end
        with (self._folder / "output").open("ab") as output:
            subprocess.run(command, cwd=self._folder, check=True, stdout=output, stderr=output)


def postgres_binaries() -> Path | None:
    """Where `pg_ctl` is; None where PostgreSQL is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = shutil.which("pg_ctl") or (str(debian[-1]) if debian else None)
    return Path(found).resolve().parent if found else None


@contextmanager
def running_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """A started server, stopped at the end. Its folder is short enough for a socket, and open to `postgres`."""
    with tempfile.TemporaryDirectory(prefix="chuchu-pg-") as folder:
        server = PostgresServer(binaries, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()

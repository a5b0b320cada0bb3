"""Real servers for the tests, started in a private folder and stopped when the session ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.private_postgres import PostgresServer, postgres_binaries, running_postgres

__all__ = ["PostgresServer", "fresh_database_url", "postgres_server"]

_UN_SKIP = "PostgreSQL is not installed: `apt-get install postgresql`"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    binaries = postgres_binaries()
    if binaries is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_UN_SKIP)
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def fresh_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, as `database.url` names it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chuchu.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.emptied_database()

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import DatabaseUnavailable
from rag.store.sqlite_file import prepare_sqlite_file


def journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
        return mode


def seen_in_use(path: Path) -> bool:
    """Whether another process is told that it is not alone; within this one, SQLite does not ask the kernel."""
    ask = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
    asked = subprocess.run([sys.executable, "-c", ask, str(path)], capture_output=True, text=True, check=False)
    return "database is locked" in asked.stderr


def test_a_new_file_is_the_owners_alone_and_in_wal_mode(tmp_path: Path) -> None:
    prepare_sqlite_file(tmp_path / "new.db", busy_timeout_s=1)

    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600
    assert journal_mode(tmp_path / "new.db") == "wal"


def test_it_waits_for_its_turn(tmp_path: Path) -> None:
    """Four processes that switched a new file to WAL at once, 60 times, were refused twice in 240."""
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(prepare_sqlite_file, tmp_path / "new.db", 1)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)

        os.close(folder)
        waiting.result(timeout=10)

    assert journal_mode(tmp_path / "new.db") == "wal"


def test_preparing_leaves_the_locks_of_this_process_alone(tmp_path: Path) -> None:
    """If they were dropped, another process could throw away the write-ahead log under an open connection."""
    file = tmp_path / "held.db"
    prepare_sqlite_file(file, busy_timeout_s=1)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("SELECT * FROM sqlite_master")

        prepare_sqlite_file(file, busy_timeout_s=1)

        assert seen_in_use(file)


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.db").write_bytes(b"certainly not a database" * 100)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        prepare_sqlite_file(tmp_path / "odd.db", busy_timeout_s=1)

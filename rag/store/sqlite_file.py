"""The file of an SQLite database, made ready before anything connects to it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rag.errors import DatabaseUnavailable


def prepare_sqlite_file(path: Path, busy_timeout_s: float) -> None:
    """Make the file for its owner alone, and switch it to WAL for good. Raises DatabaseUnavailable.

    Of two connections that switch at the same moment, each waits for the other, and one is refused: as when a server
    and its worker first start together. So they take turns.
    """
    try:
        with _alone_in(path.parent):
            _make_private(path)
            with closing(sqlite3.connect(path, timeout=busy_timeout_s)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
    except (OSError, sqlite3.DatabaseError) as error:
        raise DatabaseUnavailable(reason=str(error)) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_private(path: Path) -> None:
    """SQLite would make a file that everybody may read; its journal takes the permissions of the file.

    A file that is there is not opened: closing it again would drop the locks that this process holds on it through
    SQLite, as POSIX has it (https://sqlite.org/howtocorrupt.html, section 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

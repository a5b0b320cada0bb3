"""The connection to SQLite or PostgreSQL: opening, transactions, and what its failures are called."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, exc, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from rag.errors import DatabaseUnavailable
from rag.store.migrations import bring_up_to_date
from rag.store.sqlite_file import prepare_sqlite_file
from rag.store.tables import SCHEMA_VERSION, metadata, schema_info

_WRITING = "chuchu_writing"

_BUSY_TIMEOUT_S = 30.0
"""Longest wait for another process that writes to the SQLite file."""

_SQLITE_PRAGMAS = (
    # NORMAL would let a commit that was already acknowledged vanish with the power; FULL costs one fsync a commit
    "synchronous = FULL",
    "foreign_keys = ON",
)

_SCHEMA_LOCK = 0x63687563687500
"""Key of the PostgreSQL advisory lock under which the tables are made: "chuchu" in ASCII."""

_CONNECT_TIMEOUT_S = 10


class Database:
    """Transactions for the stores. `read` sees one moment of the database; `write` is alone with what it locks.

    Both raise DatabaseUnavailable when the database does not do its part: gone, locked for too long, full, damaged.
    It belongs to the event loop that opened it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        sqlite = engine.dialect.name == "sqlite"
        self._writer = engine.execution_options(**{_WRITING: True})
        self._reader = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        # SQLite has one writer at a time and its waiting is a lottery of sleeps: within a process, queue in order.
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with _named_failures():
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Commits at the end, rolls back on any error."""
        with _named_failures():
            async with self._turn, self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        await self._engine.dispose()


async def open_database(url: URL) -> Database:
    """Connect, and make the tables where there are none, or bring those of an earlier release up to date.

    The url names an async driver. Raises StoreVersionMismatch for tables of a later release, DatabaseUnavailable.
    """
    if url.get_backend_name() == "sqlite":
        await asyncio.to_thread(prepare_sqlite_file, Path(str(url.database)), _BUSY_TIMEOUT_S)
    database = Database(_engine(url))
    try:
        async with database.write() as connection:
            await connection.run_sync(_make_tables)
    except BaseException:
        await database.close()
        raise
    return database


def _engine(url: URL) -> AsyncEngine:
    serialise = partial(json.dumps, default=str)
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            json_serializer=serialise,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT_S},
        )
    engine = create_async_engine(
        url, json_serializer=serialise, connect_args={"isolation_level": None, "timeout": _BUSY_TIMEOUT_S}
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later cannot wait for the lock, it fails: take the lock at once."""
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _make_tables(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
    if not inspect(connection).has_table(schema_info.name):
        metadata.create_all(connection)
        connection.execute(schema_info.insert().values(id=1, version=SCHEMA_VERSION, generation=0))
    bring_up_to_date(connection, connection.execute(schema_info.select()).one().version)


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError) as error:
        raise _unavailable(error.orig) from error
    except exc.TimeoutError as error:
        raise _unavailable(error) from error
    except exc.DatabaseError as error:
        # SQLite reports a damaged file with the base class itself; the subclasses that are left are our own mistakes
        if type(error) is not exc.DatabaseError:
            raise
        raise _unavailable(error.orig) from error


def _unavailable(cause: BaseException | None) -> DatabaseUnavailable:
    return DatabaseUnavailable(reason=" ".join(str(cause).split()))

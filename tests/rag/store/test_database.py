from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import URL, exc, text

from rag.errors import DatabaseUnavailable, StoreVersionMismatch
from rag.store import database as database_module
from rag.store.database import open_database

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chuchu.db"


def sqlite_url(file: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(file))


async def test_sqlite_is_set_up_to_keep_what_it_acknowledged(file: Path) -> None:
    database = await open_database(sqlite_url(file))
    async with database.read() as connection:
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await database.close()

    assert found == ["wal", 2, 1, 30000]  # synchronous: 2 is FULL


async def test_an_error_in_the_middle_undoes_the_whole(file: Path) -> None:
    database = await open_database(sqlite_url(file))

    async def break_off() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE schema_info SET generation = 7"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()

    async with database.read() as connection:
        assert (await connection.execute(text("SELECT generation FROM schema_info"))).scalar() == 0
    await database.close()


async def test_a_cancelled_transaction_is_undone_and_lets_others_on(file: Path) -> None:
    database = await open_database(sqlite_url(file))

    async def hold() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE schema_info SET generation = 7"))
            await asyncio.sleep(60)

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.2)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding

    async with asyncio.timeout(5), database.write() as connection:
        assert (await connection.execute(text("SELECT generation FROM schema_info"))).scalar() == 0
    await database.close()


async def test_a_schema_of_another_release_is_refused(file: Path) -> None:
    await (await open_database(sqlite_url(file))).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_info SET version = 99")
    connection.close()

    with pytest.raises(StoreVersionMismatch, match="schema 99"):
        await open_database(sqlite_url(file))


def test_a_file_that_is_no_database_is_named(file: Path) -> None:
    file.write_bytes(b"certainly not a database" * 100)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        asyncio.run(open_database(sqlite_url(file)))


async def test_a_place_that_cannot_hold_a_file_is_named(file: Path) -> None:
    await (await open_database(sqlite_url(file))).close()

    with pytest.raises(DatabaseUnavailable, match="Not a directory"):
        await open_database(sqlite_url(file / "chuchu.db"))


async def test_a_server_that_does_not_answer_is_named_without_the_password(unused_tcp_port: int) -> None:
    url = URL.create("postgresql+psycopg", "someone", "secret", "127.0.0.1", unused_tcp_port, "chuchu")

    with pytest.raises(DatabaseUnavailable) as caught:
        await open_database(url)

    assert "refused" in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_lock_that_another_process_holds_too_long_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_S", 0.05)
    database = await open_database(sqlite_url(file))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseUnavailable, match="locked"):
        async with database.write():
            pass

    other.close()
    await database.close()


async def test_a_mistake_of_ours_is_not_blamed_on_the_database(file: Path) -> None:
    database = await open_database(sqlite_url(file))

    with pytest.raises(exc.IntegrityError):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO schema_info VALUES (1, 1, 1)"))
    await database.close()


async def test_opening_at_once_makes_the_tables_once(file: Path) -> None:
    opened = await asyncio.gather(*(open_database(sqlite_url(file)) for _ in range(4)))

    async with opened[0].read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM schema_info"))).scalar() == 1
    for database in opened:
        await database.close()


@pytest.fixture
def unused_tcp_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port

"""A data folder of an earlier release is opened by this one, and keeps what it holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect, text

from rag.documents import VersionStatus
from rag.errors import StoreVersionMismatch
from rag.settings import DatabaseSettings
from rag.store.database import open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.submissions import NewDocument
from rag.store.tables import SCHEMA_VERSION, documents, metadata, places, schema_info, version_bands, versions
from tests.services import fresh_database_url, postgres_server  # noqa: F401

pytestmark = pytest.mark.anyio

FIRST_SCHEMA = Path(__file__).with_name("schema-1.sql").read_text(encoding="utf-8")
ROWS = """
INSERT INTO schema_info VALUES (1, 1, 5);
INSERT INTO documents VALUES ('d', 'default', 'file:///a.md', 'A', 'text/markdown', '{}', '2026-11-23 12:00:00',
                              NULL, 1);
INSERT INTO versions VALUES ('v', 'd', 1, 'aa', '2/96', 'originals/aa', 'text/markdown', 3, 'live', 'markdown', 'en',
                             10, 0, 1, '[]', '2026-11-23 12:00:00', NULL, NULL);
INSERT INTO jobs VALUES ('j', 'd', 'v', 1, 'a.md', '', 'succeeded', 'publish', 1, 1, 1, 0, NULL, '{}',
                         '2026-11-23 12:00:00', '2026-11-23 12:00:01');
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database as release 0.1.0 left it."""
    path = tmp_path / "chuchu.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(FIRST_SCHEMA + ROWS)
    return path


def url(file: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(file))


async def test_what_the_first_release_stored_is_there(file: Path) -> None:
    database = await open_database(url(file))
    store = DocumentStore(database)
    listing = await store.document("d")
    generation = await store.generation()
    await database.close()

    assert listing.version is not None
    assert (listing.version.status, listing.version.quality) == (VersionStatus.LIVE, None)
    assert listing.job is not None
    assert (listing.job.name, listing.job.released) == ("a.md", False)
    assert generation == 5


async def test_an_upgraded_database_has_the_tables_of_a_new_one(file: Path) -> None:
    for _ in range(2):  # the second time there is nothing left to do
        database = await open_database(url(file))
        async with database.read() as connection:
            found = await connection.run_sync(
                lambda sync: {
                    table: {column["name"] for column in inspect(sync).get_columns(table)}
                    for table in inspect(sync).get_table_names()
                }
            )
            indices = await connection.run_sync(
                lambda sync: {index["name"] for index in inspect(sync).get_indexes("documents")}
            )
        await database.close()

    assert found == {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}
    assert indices == {index.name for index in documents.indexes}
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version FROM schema_info").fetchone() == (SCHEMA_VERSION,)


async def test_either_database_is_brought_up_to_date(fresh_database_url: str) -> None:  # noqa: F811
    where = database_url(DatabaseSettings(url=fresh_database_url), Path())
    database = await open_database(where)
    async with database.write() as connection:
        await connection.run_sync(lambda sync: metadata.drop_all(sync, tables=[places, version_bands]))
        for column in (versions.c.quality, versions.c.released, versions.c.signature, versions.c.near_duplicates):
            await connection.execute(text(f"ALTER TABLE versions DROP COLUMN {column.name}"))
        await connection.execute(text("DROP INDEX documents_of_parent"))
        for column in (documents.c.validators, documents.c.parent_id):
            await connection.execute(text(f"ALTER TABLE documents DROP COLUMN {column.name}"))
        await connection.execute(schema_info.update().values(version=1))
    await database.close()

    database = await open_database(where)
    new = NewDocument("default", "file:///a.md", "A", "text/markdown", "a" * 64, "originals/a", 1, "a.md", "1")
    submission = await DocumentStore(database).submit(new)
    await database.close()

    assert submission.job is not None
    assert not submission.job.released


@pytest.mark.parametrize("schema", [0, SCHEMA_VERSION + 1])
async def test_an_unknown_schema_is_left_alone(file: Path, schema: int) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE schema_info SET version = ?", (schema,))

    with pytest.raises(StoreVersionMismatch):
        await open_database(url(file))

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version FROM schema_info").fetchone() == (schema,)
        assert "quality" not in {row[1] for row in connection.execute("PRAGMA table_info(versions)")}

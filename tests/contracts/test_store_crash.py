"""A process that writes without pause is killed at a random moment: what it was told is done, is done, and no less."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from rag.settings import DatabaseSettings
from rag.store.database import Database, open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.tables import version_sums
from rag.store.vector_sums import VectorSum
from tests.services import fresh_database_url, postgres_server  # noqa: F401

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def run_and_kill(url: str, seed: int) -> list[str]:
    """What the writer said before it died, a line each: a word and an id."""
    command = [sys.executable, "-m", "tests.contracts.endless_writer", url, str(seed)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lines = [writer.stdout.readline().rstrip("\n")]
    assert lines[0].startswith("submitted")
    try:
        writer.wait(random.Random(seed).uniform(0.1, 1.0))
        pytest.fail("the writer ended by itself")
    except subprocess.TimeoutExpired:
        writer.kill()
    rest = writer.stdout.read()
    writer.stdout.close()
    writer.wait()
    whole, _, _cut = rest.rpartition("\n")
    return lines + whole.split("\n") if whole else lines


async def recount(database: Database) -> dict[str, VectorSum]:
    """What each counted version added to the sums, by its id."""
    async with database.read() as connection:
        rows = (await connection.execute(select(version_sums))).all()
    return {row.version_id: VectorSum.from_bytes(row.vectors, row.sum) for row in rows}


async def test_nothing_acknowledged_is_lost_and_the_sums_are_right(fresh_database_url: str) -> None:  # noqa: F811
    said: list[str] = []
    for seed in range(3):
        said += run_and_kill(fresh_database_url, seed)
    url = database_url(DatabaseSettings(url=fresh_database_url), Path())
    database = await open_database(url)
    try:
        store = DocumentStore(database)
        listings = await store.documents(limit=1000)
        all_versions = {v.id: v for one in listings for v in await store.versions(one.document.id)}
        total = (await store.language_means()).get("en", VectorSum.empty())
        counted = await recount(database)
    finally:
        await database.close()

    assert len(said) > 10
    for line in said:
        word, version_id = line.split()
        assert version_id in all_versions
        if word == "published":
            assert all_versions[version_id].status in ("live", "superseded")
    for one in listings:
        live = [v for v in all_versions.values() if v.document_id == one.document.id and v.status == "live"]
        assert [v.id for v in live] == ([one.document.live_version] if one.document.live_version else [])
    assert set(counted) == {one.document.live_version for one in listings if one.document.live_version}
    assert total.count == len(counted)
    np.testing.assert_allclose(total.sum, sum(one.sum for one in counted.values()), rtol=1e-12)

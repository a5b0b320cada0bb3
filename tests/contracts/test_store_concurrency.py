"""Parallel transactions on the stores, on SQLite and on a real PostgreSQL server, from tasks and from other pools."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from rag.settings import DatabaseSettings
from rag.store.database import Database, open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.job_store import JobStore
from rag.store.jobs import Job
from rag.store.submissions import NewDocument, SubmissionOutcome
from rag.store.vector_sums import VectorSum
from tests.services import fresh_database_url, postgres_server  # noqa: F401

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def databases(fresh_database_url: str) -> AsyncIterator[list[Database]]:  # noqa: F811
    """Three, as three processes would have them: no lock of ours is shared, only the database's own."""
    url = database_url(DatabaseSettings(url=fresh_database_url), Path())
    async with AsyncExitStack() as stack:
        opened = await asyncio.gather(*(open_database(url) for _ in range(3)))
        for database in opened:
            stack.push_async_callback(database.close)
        yield list(opened)


def a_file(uri: str, content: str, collection: str = "default") -> NewDocument:
    return NewDocument(collection, uri, uri, "text/plain", content, f"originals/{content}", 1, uri, "1")


async def submitted(store: DocumentStore, new: NewDocument) -> Job:
    job = (await store.submit(new)).job
    assert job is not None
    return job


async def publish(store: DocumentStore, job: Job, vector: list[float]) -> list[str]:
    return await store.publish(
        job.id,
        job.version_id,
        passages=1,
        characters=1,
        pages=0,
        language="en",
        parser="p",
        warnings=(),
        sums={"en": VectorSum(1, np.array(vector, dtype=np.float64))},
    )


async def test_submitting_the_same_file_at_once_makes_one_job(databases: list[Database]) -> None:
    stores = [DocumentStore(database) for database in databases]

    submissions = await asyncio.gather(*(stores[n % 3].submit(a_file("same", "a")) for n in range(12)))

    outcomes = [submission.outcome for submission in submissions]
    assert outcomes.count(SubmissionOutcome.SUBMITTED) == 1
    assert outcomes.count(SubmissionOutcome.PENDING) == 11
    assert len({submission.job.id for submission in submissions if submission.job}) == 1


async def test_publishing_versions_of_one_document_at_once_leaves_the_newest(databases: list[Database]) -> None:
    stores = [DocumentStore(database) for database in databases]
    made = [await submitted(stores[0], a_file("one", str(n))) for n in range(12)]
    order = random.Random(7).sample(range(12), 12)

    gone = await asyncio.gather(*(publish(stores[n % 3], made[n], [float(n), 1.0]) for n in order))

    document = await stores[0].document(made[0].document_id)
    assert document.document.live_version == made[11].version_id
    assert set(await stores[0].live([job.version_id for job in made])) == {made[11].version_id}
    assert {version for versions in gone for version in versions} == {job.version_id for job in made[:11]}
    assert (await stores[0].language_means())["en"].sum.tolist() == [11.0, 1.0]


async def test_publishing_in_one_collection_at_once_counts_every_vector(databases: list[Database]) -> None:
    stores = [DocumentStore(database) for database in databases]
    made = [await submitted(stores[0], a_file(f"file {n}", str(n))) for n in range(30)]
    before = await stores[0].generation()

    await asyncio.gather(*(publish(stores[n % 3], job, [float(n), 1.0]) for n, job in enumerate(made)))

    total = (await stores[0].language_means("default"))["en"]
    assert (total.count, total.sum.tolist()) == (30, [435.0, 30.0])
    assert await stores[0].generation() == before + 30


async def test_the_same_publish_twice_at_once_counts_once(databases: list[Database]) -> None:
    stores = [DocumentStore(database) for database in databases]
    job = await submitted(stores[0], a_file("one", "a"))

    await asyncio.gather(*(publish(store, job, [1.0, 2.0]) for store in stores))

    assert (await stores[0].language_means())["en"].count == 1


async def test_publishing_and_deleting_at_once_leaves_nothing_counted(databases: list[Database]) -> None:
    stores = [DocumentStore(database) for database in databases]
    made = [await submitted(stores[0], a_file(f"file {n}", str(n))) for n in range(10)]
    publishing = [publish(stores[n % 3], job, [float(n), 1.0]) for n, job in enumerate(made)]
    deleting = [stores[(n + 1) % 3].delete_document(job.document_id) for n, job in enumerate(made)]

    await asyncio.gather(*publishing, *deleting)

    assert await stores[0].language_means() == {}
    assert await stores[0].live([job.version_id for job in made]) == {}


async def test_everything_at_once_neither_fails_nor_waits_for_each_other(databases: list[Database]) -> None:
    """On PostgreSQL this finds deadlocks: they would surface as DatabaseUnavailable."""
    chance = random.Random(7)

    async def work(database: Database) -> None:
        store, jobs = DocumentStore(database), JobStore(database)
        for _ in range(15):
            new = a_file(f"file {chance.randrange(4)}", chance.choice("abc"), chance.choice(["x", "y"]))
            submission = await store.submit(new)
            if submission.job is None:
                await store.delete_document(submission.document.id)
                continue
            await jobs.start(submission.job.id)
            await jobs.progress(submission.job.id, "embed", 1, 2)
            if chance.random() < 0.3:
                await jobs.cancel(submission.job.id)
            await publish(store, submission.job, [1.0, 0.0])
            await store.documents()

    await asyncio.wait_for(asyncio.gather(*(work(database) for database in databases * 2)), timeout=60)

    store = DocumentStore(databases[0])
    live = [listing.version for listing in await store.documents() if listing.version]
    sums = await store.language_means()
    assert (sums["en"].count if sums else 0) == len(live)


async def test_a_reader_is_not_held_up_by_a_writer(databases: list[Database]) -> None:
    store = DocumentStore(databases[1])
    job = await submitted(store, a_file("one", "a"))
    async with databases[0].write() as connection:
        await connection.exec_driver_sql("UPDATE documents SET title = 'unfinished'")

        listing = await asyncio.wait_for(store.document(job.document_id), timeout=5)

    assert listing.document.title == "one"

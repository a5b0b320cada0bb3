"""Submits and publishes until it is killed, and says each version on its standard output once it is done.

Run as `python -m tests.contracts.endless_writer DATABASE_URL SEED`.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import numpy as np

from rag.settings import DatabaseSettings
from rag.store.database import Database, open_database
from rag.store.database_url import database_url
from rag.store.document_store import DocumentStore
from rag.store.submissions import NewDocument
from rag.store.vector_sums import VectorSum


async def write_on(database: Database, chance: random.Random) -> None:
    store = DocumentStore(database)
    while True:
        name, content = f"file {chance.randrange(5)}", f"{chance.random()}"
        new = NewDocument("default", name, name, "text/plain", content, content, 1, name, "1")
        job = (await store.submit(new)).job
        if job is None:
            continue
        print("submitted", job.version_id, flush=True)
        sums = {"en": VectorSum(1, np.array([chance.random(), chance.random()]))}
        await store.publish(
            job.id,
            job.version_id,
            passages=1,
            characters=1,
            pages=0,
            language="en",
            parser="p",
            warnings=(),
            sums=sums,  # type: ignore[arg-type]
        )
        print("published", job.version_id, flush=True)


async def main(url: str, seed: int) -> None:
    database = await open_database(database_url(DatabaseSettings(url=url), Path()))
    chance = random.Random(seed)
    await asyncio.gather(*(write_on(database, chance) for _ in range(3)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))

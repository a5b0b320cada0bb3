"""Search on a warm server: from the request to the reply, over HTTP, in a corpus of 10,000 passages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from api.services import Services, open_services
from benchmarks.corpus import documents, questions
from benchmarks.figures import Figure, Run, at_most, quantile
from benchmarks.jobs import ingested
from benchmarks.lent_vectors import LentVectors
from benchmarks.server import Server, served
from rag.models.factory import make_embedder
from rag.settings import Settings

_WARM_UP = 10


def measure(run: Run) -> Iterator[Figure]:
    """What `chuchu search` and the page wait for when a server runs: every question new, ten passages each.

    The documents are made up (`corpus`) and go through intake, parser, chunking, stores and index as any others. To
    spare ten minutes of embedding, most of their passages are lent the vectors of a few that the real embedder saw
    (`LentVectors`); exact search costs the same whatever the vectors hold. Searching has no part in that: a server
    started afterwards, with the real embedder, answers.
    """
    wanted = run.size(10_000, 200)
    with TemporaryDirectory(prefix="chuchu-bench-") as folder:
        run.say(f"a corpus of {wanted:,} passages")
        settings = run.settings.model_copy(update={"data_dir": Path(folder)})
        passages = asyncio.run(_filled(settings, wanted, lent_by=run.size(1_000, 50)))
        with served(Path(folder)) as server:
            run.say("searches")
            seconds = _search_seconds(server, run.size(200, 10))
            where = f"at {passages:,} passages"
            yield Figure(f"search p50 {where}", quantile(seconds, 0.5) * 1000, "ms", at_most(60))
            yield Figure(f"search p95 {where}", quantile(seconds, 0.95) * 1000, "ms")
            yield Figure(f"server's peak memory, searches {where}", server.peak_resident_bytes() / 1e6, "MB")


async def _filled(settings: Settings, wanted: int, lent_by: int) -> int:
    """Ingest documents until there are that many passages; how many there are then."""
    embedder = LentVectors(await asyncio.to_thread(make_embedder, settings.embedding, settings.models_dir), lent_by)
    async with open_services(settings, working=True, embedder=embedder) as services:
        passages = 0
        async for held in _growing(services):
            passages = held
            if passages >= wanted:
                break
        return passages


async def _growing(services: Services) -> AsyncIterator[int]:
    made, held = documents(), 0
    while True:
        held += await ingested(services, list(islice(made, services.settings.ingest.concurrency)))
        yield held


def _search_seconds(server: Server, times: int) -> list[float]:
    asked = questions()
    for question in islice(asked, _WARM_UP):
        server.client.search(question)
    return [_seconds(server, question) for question in islice(asked, times)]


def _seconds(server: Server, question: str) -> float:
    started = time.perf_counter()
    found = server.client.search(question)
    seconds = time.perf_counter() - started
    assert found.passages, "a search that finds nothing is not measured"
    return seconds

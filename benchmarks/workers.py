"""What a second worker adds where parsing takes most of the time.

    python -m benchmarks workers

Real are PostgreSQL in a private folder, the worker processes with one parser each, the job queue, the blob store that
they share, and the PDFs, made of the sample pages. Doubles are the embedder, whose vectors are hashes, and what a
Qdrant server would be: each worker writes into an embedded index of its own, since one process owns such an index. So
the work of writing is there, and what is found is not looked at.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from api.services import Services, open_services
from benchmarks.figures import Figure, Run, at_least
from benchmarks.lone_worker import own_index
from benchmarks.pages import write_pdf
from benchmarks.private_postgres import PostgresServer, postgres_binaries, running_postgres
from benchmarks.startup import REPOSITORY, this_repository
from ingest.intake import Upload
from rag.settings import Settings
from rag.store.jobs import JobStatus
from rag.testing import HashEmbedder

_PAGES = 20
_POLL_S = 0.05
_STOP_S = 30.0


def measure(run: Run) -> Iterator[Figure]:
    """Pages of PDFs a second, from the upload until all are live, by one worker and by two. Both are started, and
    have parsed a file each, before the clock runs.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed: `apt-get install postgresql`")
    speeds = {}
    with running_postgres(binaries) as server:
        for count in (1, 2):
            run.say(f"{count} at work")
            with TemporaryDirectory(prefix="chuchu-workers-") as folder:
                settings = _settings(run.settings, Path(folder), server)
                speeds[count] = asyncio.run(_pages_per_second(settings, count, run.size(64, 8)))
            yield Figure(f"workers: {count}, one parser each, on PostgreSQL", speeds[count], "pages/s")
    yield Figure("workers: two against one", speeds[2] / speeds[1], "", at_least(1.6))


def _settings(settings: Settings, data_dir: Path, server: PostgresServer) -> Settings:
    database = settings.database.model_copy(update={"url": SecretStr(server.emptied_database())})
    index = settings.index.model_copy(update={"backend": "server"})
    chat = settings.chat.model_copy(update={"backend": "none"})
    changed = {"data_dir": data_dir, "database": database, "index": index, "chat": chat}
    return settings.model_copy(update=changed)


async def _pages_per_second(settings: Settings, workers: int, files: int) -> float:
    with ExitStack() as stack:
        opened = open_services(settings, working=False, embedder=HashEmbedder(), index=own_index(settings, 0))
        async with opened as services:
            for number in range(1, workers + 1):
                stack.enter_context(_worker(settings, number))
            # More than one worker takes at a time, so that each gets one and starts its parser.
            await _ingested(services, _written(settings.data_dir / "warm", 2 * settings.ingest.concurrency, 1))
            made = _written(settings.data_dir / "measured", files, _PAGES)
            started = time.perf_counter()
            await _ingested(services, made)
            return files * _PAGES / (time.perf_counter() - started)


@contextmanager
def _worker(settings: Settings, number: int) -> Iterator[None]:
    environment = this_repository() | {
        "CHUCHU_DATA_DIR": str(settings.data_dir),
        "CHUCHU_DATABASE__URL": settings.database.url.get_secret_value(),
        "CHUCHU_INDEX__BACKEND": settings.index.backend,
        "CHUCHU_INGEST__PARSERS": "1",
        "CHUCHU_CHAT__BACKEND": settings.chat.backend,
    }
    command = [sys.executable, "-m", "benchmarks.lone_worker", str(number)]
    with (settings.data_dir / f"worker-{number}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(_STOP_S)


def _written(folder: Path, files: int, pages: int) -> list[bytes]:
    """PDFs of that many pages, each with bytes of its own."""
    folder.mkdir()
    write_pdf(folder / "pages.pdf", pages)
    content = (folder / "pages.pdf").read_bytes()
    return [content + b"%% %s %d\n" % (folder.name.encode(), number) for number in range(files)]


async def _ingested(services: Services, contents: Sequence[bytes]) -> None:
    """Submit the files and wait until all are live. Raises RuntimeError for one that fails."""
    jobs = []
    for content in contents:
        name = f"{content.rsplit(b'%', 1)[1].decode().strip()}.pdf"
        submission = await services.intake.submit(Upload(name, f"bench:{name}", "default"), _once(content))
        assert submission.job is not None, "made-up files are new ones"
        jobs.append(submission.job)
    for job in jobs:
        while not (now := await services.intake.status(job.id)).finished:  # noqa: ASYNC110 - as every client does
            await asyncio.sleep(_POLL_S)
        if now.status is not JobStatus.SUCCEEDED:
            raise RuntimeError(f"{job.name} was not ingested: {now.status} {now.failure}")


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

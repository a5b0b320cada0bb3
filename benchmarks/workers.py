"""What a second worker adds where parsing takes most of the time.

    python -m benchmarks workers

Real are PostgreSQL in a private folder, the worker processes with one parser each, the job queue, the blob store that
they share, and the files, made of the sample pages: pictures of a page, whose recognition is nearly all of the work,
and PDFs with a text layer. Of these, one worker cuts, indexes and publishes on one core what its parser reads on the
other, so that two cores have little left for a second worker, and no goal is set.

Doubles are the embedder, whose vectors are hashes, and what a Qdrant server would be: each worker writes into an
embedded index of its own, since one process owns such an index. So the work of writing is there, and what is found is
not looked at.
"""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from api.services import Services, open_services
from benchmarks.figures import Figure, Run, at_least
from benchmarks.lone_worker import own_index
from benchmarks.pages import PDFS, write_pdf
from benchmarks.private_postgres import PostgresServer, postgres_binaries, running_postgres
from benchmarks.startup import REPOSITORY, this_repository
from ingest.intake import Upload
from rag.settings import Settings
from rag.store.jobs import JobStatus
from rag.testing import HashEmbedder

_PAGES = 20
_DOTS_PER_INCH = 150
_POLL_S = 0.05
_STOP_S = 30.0

Write = Callable[[int], list[tuple[str, bytes]]]
"""That many files, by name."""


def measure(run: Run) -> Iterator[Figure]:
    """Pages a second, from the upload until all are live, by one worker and by two. Each has read a file of the kind
    before the clock runs.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed: `apt-get install postgresql`")
    with running_postgres(binaries) as server:
        for kind, write, files, pages, bound in (
            ("pictures of pages", _pictures, run.size(24, 4), 1, at_least(1.6)),
            ("text PDFs", _pdfs, run.size(64, 8), _PAGES, None),
        ):
            speeds = {}
            for workers in (1, 2):
                run.say(f"{kind}, {workers} at work")
                with TemporaryDirectory(prefix="chuchu-workers-") as folder:
                    settings = _settings(run.settings, Path(folder), server)
                    speeds[workers] = pages * asyncio.run(_files_per_second(settings, workers, write, files))
                yield Figure(f"{kind}, workers with one parser each: {workers}", speeds[workers], "pages/s")
            yield Figure(f"{kind}, two workers against one", speeds[2] / speeds[1], "", bound)


def _settings(settings: Settings, data_dir: Path, server: PostgresServer) -> Settings:
    database = settings.database.model_copy(update={"url": SecretStr(server.emptied_database())})
    index = settings.index.model_copy(update={"backend": "server"})
    chat = settings.chat.model_copy(update={"backend": "none"})
    changed = {"data_dir": data_dir, "database": database, "index": index, "chat": chat}
    return settings.model_copy(update=changed)


async def _files_per_second(settings: Settings, workers: int, write: Write, files: int) -> float:
    with ExitStack() as stack:
        opened = open_services(settings, working=False, embedder=HashEmbedder(), index=own_index(settings, 0))
        async with opened as services:
            for number in range(1, workers + 1):
                stack.enter_context(_worker(settings, number))
            # More than one worker takes at a time, so that each gets one and starts its parser.
            made = write(settings.ingest.concurrency + 2 + files)
            await _ingested(services, made[files:])
            started = time.perf_counter()
            await _ingested(services, made[:files])
            return files / (time.perf_counter() - started)


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


def _pdfs(count: int) -> list[tuple[str, bytes]]:
    """Names and contents. Each has bytes of its own, by a comment at its end."""
    with TemporaryDirectory(prefix="chuchu-workers-") as folder:
        path = Path(folder) / "pages.pdf"
        write_pdf(path, _PAGES)
        content = path.read_bytes()
    return [(f"{number}.pdf", content + b"%% %d\n" % number) for number in range(count)]


def _pictures(count: int) -> list[tuple[str, bytes]]:
    """Names and contents: one page after the other as a picture, each time a little larger."""
    import pypdfium2 as pdfium

    pictures = []
    for number, path in enumerate(islice(cycle(sorted(PDFS.glob("*.pdf"))), count)):
        with closing(pdfium.PdfDocument(path)) as document:
            out = io.BytesIO()
            document[0].render(scale=(_DOTS_PER_INCH + number) / 72).to_pil().save(out, "PNG")
        pictures.append((f"{number}.png", out.getvalue()))
    return pictures


async def _ingested(services: Services, files: Sequence[tuple[str, bytes]]) -> None:
    """Submit the files and wait until all are live. Raises RuntimeError for one that fails."""
    jobs = []
    for name, content in files:
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

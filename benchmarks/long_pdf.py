"""The memory that a PDF of 1,600 pages takes, in all processes together, from the file to passages."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Run, at_most
from benchmarks.pages import write_pdf
from benchmarks.startup import REPOSITORY, this_repository
from ingest.chunking import chunk
from ingest.parsing.records import ParseLimits
from ingest.parsing.resident import resident_bytes
from ingest.parsing.sandbox import ParserPool
from ingest.passages import Origin
from rag.settings import IngestSettings

_GB = 1e9
_POLL_S = 0.05
_ORIGIN = Origin("document", "version", "default", "Many pages")


def measure(run: Run) -> Iterator[Figure]:
    """The pages of the sample PDFs over and over; tokens are counted as characters, so that no model is in memory.

    In a process of its own, for the same reason: benchmarks before this one leave their models in theirs.
    """
    pages = run.size(1600, 20)
    with TemporaryDirectory(prefix="chuchu-bench-") as folder:
        path = Path(folder) / "pages.pdf"
        write_pdf(path, pages)
        run.say(f"{pages} pages")
        peak, seconds = _measured(path, pages, run.settings.ingest)
    yield Figure(f"PDF of {pages:,} pages, peak memory of all processes", peak / _GB, "GB", at_most(1.5))
    yield Figure(f"PDF of {pages:,} pages, parse and chunk", pages / seconds, "pages/s")


def _measured(path: Path, pages: int, settings: IngestSettings) -> tuple[int, float]:
    command = [sys.executable, "-m", "benchmarks.long_pdf", str(path), str(pages), settings.model_dump_json()]
    done = subprocess.run(command, cwd=REPOSITORY, env=this_repository(), stdout=subprocess.PIPE, check=True)
    peak, seconds = json.loads(done.stdout)
    return peak, seconds


async def _peak_bytes_and_seconds(path: Path, pages: int, settings: IngestSettings) -> tuple[int, float]:
    """Raises RuntimeError when not every page was read."""
    started = time.perf_counter()
    seen: list[int] = []
    watch = asyncio.create_task(_watch(seen))
    async with ParserPool(ParseLimits.of(settings)) as parsers:
        document = (await parsers.parse(path, path.name, kept_pages=path.with_name("kept"))).document
    if len(document.pages) != pages:
        raise RuntimeError(f"{len(document.pages)} of {pages} pages were read")
    await asyncio.to_thread(
        chunk, document, origin=_ORIGIN, count_tokens=lambda texts: list(map(len, texts)), passage_tokens=400
    )
    watch.cancel()
    return max(seen), time.perf_counter() - started


async def _watch(seen: list[int]) -> None:
    """Adds what all processes hold, again and again."""
    while True:
        seen.append(resident_bytes(os.getpid()))
        await asyncio.sleep(_POLL_S)


if __name__ == "__main__":
    limits = IngestSettings.model_validate_json(sys.argv[3])
    print(json.dumps(asyncio.run(_peak_bytes_and_seconds(Path(sys.argv[1]), int(sys.argv[2]), limits))))

"""Files into text in the parser processes that the service uses, for the benchmarks that look at the text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Run
from ingest.parsing.records import ParseLimits, Recognition
from ingest.parsing.sandbox import ParserPool
from ingest.quality import judge, measure
from rag.documents import ParsedDocument
from rag.errors import FileRejected
from rag.settings import QualitySettings


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended: a document, or the error that it was refused with; and after how long."""

    path: Path
    seconds: float
    document: ParsedDocument | None = None
    error: FileRejected | None = None

    @property
    def text(self) -> str:
        return self.document.text if self.document else ""

    @property
    def code(self) -> str:
        return self.error.code if self.error else "text"


def outcomes(paths: Sequence[Path], run: Run) -> list[Outcome]:
    """Each file's outcome, one after another in one warm process."""
    return asyncio.run(_outcomes(paths, run))


async def _outcomes(paths: Sequence[Path], run: Run) -> list[Outcome]:
    with TemporaryDirectory(prefix="chuchu-bench-") as folder:
        recognition = Recognition.of(run.settings.ingest, Path(folder))
        async with ParserPool(ParseLimits.of(run.settings.ingest), recognition=recognition) as pool:
            await pool.warm()
            return [await _outcome(pool, path, run.settings.quality) for path in paths]


async def _outcome(pool: ParserPool, path: Path, thresholds: QualitySettings) -> Outcome:
    started = time.perf_counter()
    try:
        document = (await pool.parse(path, path.name)).document
        judge(measure(document), thresholds)
    except FileRejected as error:
        return Outcome(path, time.perf_counter() - started, error=error)
    return Outcome(path, time.perf_counter() - started, document)

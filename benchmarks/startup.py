"""What everybody waits for: importing the library, and the command line's first word."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.figures import Bound, Figure, Run, at_most

REPOSITORY = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("chuchu")

_RECORDS = "import rag.citations, rag.documents, rag.errors, rag.settings"


def measure(run: Run) -> Iterator[Figure]:
    """Best and median of fresh processes, from their start to their end, Python's own start included.

    The package itself imports nothing, so the records and settings, which every program needs, are timed beside it.
    """
    times = run.size(10, 2)
    run.say("imports")
    yield from _best_and_median("import rag", _seconds([sys.executable, "-c", "import rag"], times), at_most(0.3))
    yield from _best_and_median("import rag's records and settings", _seconds([sys.executable, "-c", _RECORDS], times))
    run.say("chuchu --help")
    yield from _best_and_median("chuchu --help", _seconds([str(COMMAND), "--help"], times), at_most(0.6))


def this_repository() -> dict[str, str]:
    """An environment in which child processes run this repository's code, also when another copy is installed."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def _best_and_median(name: str, seconds: Sequence[float], bound: Bound | None = None) -> Iterator[Figure]:
    yield Figure(f"{name}, best", min(seconds), "s", bound)
    yield Figure(f"{name}, median", median(seconds), "s", bound)


def _seconds(command: Sequence[str], times: int) -> list[float]:
    """Wall-clock seconds of each run. One more goes before, so that the files are in the page cache."""
    return [_seconds_of_one(command) for _ in range(times + 1)][1:]


def _seconds_of_one(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=this_repository())
    return time.perf_counter() - started

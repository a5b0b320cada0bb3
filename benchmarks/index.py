"""The embedded index alone: the engine's figures quoted in `rag/index/edge.py`, in made-up vectors and terms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np

from benchmarks.figures import Figure, Run, quantile
from rag.documents import Language, Passage, Span
from rag.index.attributes import Attributes
from rag.index.edge import EdgePassageIndex
from rag.index.filters import EVERYTHING, Between, Filter
from rag.index.passage_index import IndexedPassage, Leg, Scope, SparseTerms
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.vectors import unit_rows

DIMENSION = 384
LIMIT = 100
_COLLECTION = "default"
_IDENTITY = EmbedderIdentity("made-up", "1", DIMENSION)
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_BATCH = 256
_PASSAGES_OF_A_VERSION = 100
_NARROW = Filter(tags=("hr",), metadata=(Between("year", at_least=2001),))
_KINDS = (
    ("search", False, EVERYTHING),
    ("search with vectors", True, EVERYTHING),
    ("search by tag and year", False, _NARROW),
)
_TERMS, _VOCABULARY, _QUERY_TERMS = 60, 50_000, 8


def measure(run: Run) -> Iterator[Figure]:
    """A search is four legs of 100 hits: dense and lexical for each of two languages, filtered, exact.

    The search by tag and year passes a third of the passages, by a keyword and a range.
    Retrieval asks for the vectors of its hits too; to make Python's numbers of them costs as much as to find them.
    The larger sizes grow from the smaller ones. Each is searched as it was written, and after it was rewritten as the
    worker of a service has it done.
    """
    sizes = (600, 1_200) if run.quick else (10_000, 100_000)
    random = np.random.default_rng(7)
    with _open_index() as (runner, index):
        batches: list[float] = []
        for start, size in pairwise((0, *sizes)):
            run.say(f"{size:,} passages")
            batches += runner.run(_grown(index, random, range(start, size)))
            times = runner.run(_search_seconds(index, random, run.size(50, 5), False, EVERYTHING))
            yield Figure(f"index, search as written p50 at {size:,} passages", quantile(times, 0.5) * 1000, "ms")
            yield Figure(f"index, rewriting at {size:,} passages", runner.run(_seconds(index.optimize())), "s")
            for what, with_vectors, filter in _KINDS:
                times = runner.run(_search_seconds(index, random, run.size(200, 5), with_vectors, filter))
                yield Figure(f"index, {what} p50 at {size:,} passages", quantile(times, 0.5) * 1000, "ms")
        yield Figure(f"index, {_BATCH} passages written, median", median(batches) * 1000, "ms")
        run.say("compaction")
        yield Figure(
            f"index, three tenths of {size:,} deleted, rewriting", runner.run(_compaction_seconds(index, size)), "s"
        )


@contextmanager
def _open_index() -> Iterator[tuple[asyncio.Runner, EdgePassageIndex]]:
    with TemporaryDirectory(prefix="chuchu-bench-") as folder, asyncio.Runner() as runner:
        index = EdgePassageIndex(Path(folder))
        runner.run(index.open(_IDENTITY))
        try:
            yield runner, index
        finally:
            runner.run(index.close())


async def _grown(index: EdgePassageIndex, random: np.random.Generator, numbers: range) -> list[float]:
    """Seconds of writing each batch of the passages with these numbers."""
    seconds = []
    for start in range(numbers.start, numbers.stop, _BATCH):
        batch = _passages(random, range(start, min(start + _BATCH, numbers.stop)))
        started = time.perf_counter()
        await index.upsert(batch)
        seconds.append(time.perf_counter() - started)
    return seconds


async def _search_seconds(
    index: EdgePassageIndex, random: np.random.Generator, times: int, with_vectors: bool, filter: Filter
) -> list[float]:
    searches = [_legs(random, with_vectors, filter) for _ in range(times + 1)]
    seconds = []
    for legs in searches:
        started = time.perf_counter()
        found = await index.search(legs)
        seconds.append(time.perf_counter() - started)
        assert all(found), "a leg that finds nothing is not a search"
    return seconds[1:]  # the first touches pages that no search has touched


async def _compaction_seconds(index: EdgePassageIndex, held: int) -> float:
    """Seconds of giving back the space of three tenths of the passages, more than the fifth that is worth it."""
    for version in range(0, held // _PASSAGES_OF_A_VERSION * 3 // 10):
        await index.delete_version(_version_id(version))
    return await _seconds(index.optimize())


async def _seconds(work: Awaitable[None]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


def _passages(random: np.random.Generator, numbers: range) -> list[IndexedPassage]:
    vectors = _unit_vectors(random, len(numbers))
    return [
        IndexedPassage(_passage(number), vector, _terms(random, _TERMS), _attributes(number))
        for number, vector in zip(numbers, vectors, strict=True)
    ]


def _passage(number: int) -> Passage:
    version = number // _PASSAGES_OF_A_VERSION
    return Passage(
        id=str(UUID(int=number)),
        document_id=f"document-{version}",
        version_id=_version_id(version),
        collection=_COLLECTION,
        span=Span(0, 400),
        context="Service record › Dosing pump",
        language=_LANGUAGES[version % 2],
    )


def _attributes(number: int) -> Attributes:
    """Half of the documents have the tag `hr`, and two thirds are of 2001 or later; a third passes `_NARROW`."""
    version = number // _PASSAGES_OF_A_VERSION
    return Attributes("application/pdf", {"tags": "hr" if version % 4 < 2 else "it", "year": str(2000 + version % 3)})


def _version_id(version: int) -> str:
    return f"version-{version}"


def _legs(random: np.random.Generator, with_vectors: bool, filter: Filter = EVERYTHING) -> list[Leg]:
    (vector,) = _unit_vectors(random, 1)
    terms = _terms(random, _QUERY_TERMS)
    queries: tuple[Vectors | SparseTerms, ...] = (vector, terms)
    scopes = [Scope(collection=_COLLECTION, language=language, filter=filter) for language in _LANGUAGES]
    return [Leg(query, LIMIT, scope, with_vectors) for scope in scopes for query in queries]


def _unit_vectors(random: np.random.Generator, rows: int) -> Vectors:
    return unit_rows(random.standard_normal((rows, DIMENSION)))


def _terms(random: np.random.Generator, most: int) -> SparseTerms:
    """Distinct term ids of a Zipf-like vocabulary: a few are in most passages, most in a few, as in language."""
    ids = np.unique((_VOCABULARY ** random.random(most)).astype(np.int64))
    return SparseTerms(tuple(ids.tolist()), (1.0,) * len(ids))

"""Retrieval and ingestion at 100,000 passages beside 1,000: latency, throughput, memory, cost, reads during writes.

The passages go through intake, parser, chunking, stores and index as any others do. Not to embed 100,000 texts, which
takes an hour, all but the first are lent vectors of real ones, moved a little (`LentVectors`); their texts are put
together from sentences of the samples and made-up words (`Recombined`), so that the lexical legs meet the postings of
a true corpus. Questions are embedded by the real model.

    python -m benchmarks scale --keep FOLDER

leaves the corpus, which takes ten minutes to make, to the next run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Run, at_least, at_most, quantile
from benchmarks.growing import Growing, growing
from benchmarks.index_memory import grown_bytes
from benchmarks.lent_vectors import LentVectors
from benchmarks.recombined import Recombined, recombined
from benchmarks.timed_index import index_seconds
from rag.documents import Language
from rag.index.lexical import encode_query
from rag.models.embedding import Embedder
from rag.models.factory import make_embedder
from rag.retrieval.legs import Query
from rag.text.terms import lexical_terms

_LENDERS = 300
_WARM_UP = 10
_CLIENTS = 16


def measure(run: Run) -> Iterator[Figure]:
    run.say("loading the model")
    embedder = make_embedder(run.settings.embedding, run.settings.models_dir)
    made = recombined(run.settings)
    with TemporaryDirectory(prefix="chuchu-bench-") as folder, asyncio.Runner() as runner:
        small = runner.run(_small(run, made, embedder, Path(folder) / "small"))
        yield from small
        yield from _figures(runner, _large(run, made, embedder, run.keep or Path(folder) / "large", small))


def _figures(runner: asyncio.Runner, figures: AsyncIterator[Figure]) -> Iterator[Figure]:
    """Each as soon as it is known."""
    while True:
        try:
            yield runner.run(_next(figures))
        except StopAsyncIteration:
            return


async def _next(figures: AsyncIterator[Figure]) -> Figure:
    return await anext(figures)


async def _small(run: Run, made: Recombined, embedder: Embedder, folder: Path) -> list[Figure]:
    size = run.size(1_000, 60)
    lent = LentVectors(embedder, run.size(_LENDERS, 20))
    async with growing(run.settings, folder, made, lent) as corpus:
        await corpus.grown(size)
        waits = await _waits(corpus, run.size(100, 5))
        cost_s = await _cost_s(corpus, run.size(2_000, 20))
        return [
            Figure(f"scale, retrieve p50 at {size:,} passages", quantile(waits, 0.5) * 1000, "ms"),
            Figure(f"scale, cost of a passage at {size:,}, without embedding", cost_s * 1000, "ms"),
        ]


async def _large(
    run: Run, made: Recombined, embedder: Embedder, folder: Path, small: list[Figure]
) -> AsyncIterator[Figure]:
    size = run.size(100_000, 200)
    few_p50, few_cost = (figure.value for figure in small)
    lent = LentVectors(embedder, run.size(_LENDERS, 20))
    async with growing(run.settings, folder, made, lent) as corpus:
        run.say(f"a corpus of {size:,} passages")
        await corpus.grown(size)
        cost_s = await _cost_s(corpus, run.size(2_000, 20))
        yield Figure(f"scale, cost of a passage at {size:,}, without embedding", cost_s * 1000, "ms")
        yield Figure(
            f"scale, that cost over the one at {run.size(1_000, 60):,}", cost_s * 1000 / few_cost, "", at_most(1.15)
        )
        async for figure in _reads_meanwhile(run, corpus):
            yield figure
        with_index: list[float] = []
        run.say("one client")
        waits = await _waits(corpus, run.size(200, 5), with_index)
        yield Figure(f"scale, retrieve p50 at {size:,}", quantile(waits, 0.5) * 1000, "ms")
        yield Figure(f"scale, retrieve p95 at {size:,}", quantile(waits, 0.95) * 1000, "ms", at_most(60))
        yield Figure("scale, of which the index, p95", quantile(with_index, 0.95) * 1000, "ms", at_most(10))
        yield Figure("scale, latency over that at 1,000, p50", quantile(waits, 0.5) * 1000 / few_p50, "", at_most(2))
        one, many = await _rates(run, corpus)
        yield Figure("scale, questions a second of one client", one, "1/s")
        yield Figure(f"scale, of {_CLIENTS} clients, over those of one", many / one, "", at_least(3))
        asked = await _queries(corpus, embedder, run.size(300, 5))
    passages: dict[Language, int] = {"en": size // 2, "zh": size // 2}
    yield Figure(
        f"scale, memory of the index of {size:,}, {run.settings.index.quantisation}",
        await asyncio.to_thread(grown_bytes, folder / "index", embedder.identity, passages, asked) / 1e6,
        "MB",
        at_most(600 if run.settings.index.quantisation == "none" else 250),
    )


async def _cost_s(corpus: Growing, passages: int) -> float:
    """Seconds of a further passage, after enough that the real embedder has nothing more to do."""
    held = await corpus.index.count()
    new, seconds = await corpus.grown(held + passages)
    return seconds / new


async def _waits(corpus: Growing, times: int, with_index: list[float] | None = None) -> list[float]:
    """Seconds of each of so many new questions, one after the other; and of the index in each."""
    asked = islice(corpus.made.questions(seed=time.time_ns()), times + _WARM_UP)
    waits = [await _wait(corpus, question, with_index) for question in asked]
    if with_index is not None:
        del with_index[:_WARM_UP]
    return waits[_WARM_UP:]


async def _wait(corpus: Growing, question: str, with_index: list[float] | None = None) -> float:
    started = time.perf_counter()
    with index_seconds() as seconds:
        found = await corpus.services.retriever.retrieve(question)
    waited = time.perf_counter() - started
    assert found.passages, "a question that finds nothing is not measured"
    if with_index is not None:
        with_index.append(sum(seconds))
    return waited


async def _rates(run: Run, corpus: Growing) -> tuple[float, float]:
    """Questions a second of one client, and of many at once; all are new, so no vector is remembered."""
    run.say(f"one client, then {_CLIENTS}")
    each = run.size(20, 2)
    started = time.perf_counter()
    await _client(corpus, time.time_ns(), 5 * each)
    one = 5 * each / (time.perf_counter() - started)
    started = time.perf_counter()
    await asyncio.gather(*(_client(corpus, time.time_ns() + number, each) for number in range(_CLIENTS)))
    return one, _CLIENTS * each / (time.perf_counter() - started)


async def _client(corpus: Growing, seed: int, times: int) -> None:
    for question in islice(corpus.made.questions(seed), times):
        await _wait(corpus, question)


async def _reads_meanwhile(run: Run, corpus: Growing) -> AsyncIterator[Figure]:
    """The longest and the median wait of one client while something else is done to the index."""
    held = await corpus.index.count()
    doing: dict[str, Callable[[], Awaitable[object]]] = {
        "nothing": lambda: asyncio.sleep(run.size(5, 0)),
        "an import": lambda: corpus.grown(held + run.size(2_000, 20)),
        "rewriting": corpus.index.rewritten,
    }
    for what, do in doing.items():
        run.say(f"reads during {what}")
        task = asyncio.ensure_future(do())
        waits: list[float] = []
        questions = corpus.made.questions(seed=time.time_ns())
        while not waits or not task.done():
            waits.append(await _wait(corpus, next(questions)))
        await task
        yield Figure(f"scale, retrieve p50 during {what}", quantile(waits, 0.5) * 1000, "ms")
        yield Figure(f"scale, retrieve longest during {what}", max(waits) * 1000, "ms")


async def _queries(corpus: Growing, embedder: Embedder, times: int) -> list[Query]:
    """Questions as the index is asked them."""
    asked = list(islice(corpus.made.questions(seed=1), times))
    vectors = await asyncio.to_thread(embedder.embed_queries, asked)
    return [Query(vector, encode_query(lexical_terms(text))) for text, vector in zip(asked, vectors, strict=True)]

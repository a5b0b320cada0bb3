"""Each system in turn over the same questions: what it finds and how long it takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.baselines.corpora import Asked
from benchmarks.baselines.system import Found, System, Unavailable
from benchmarks.figures import quantile
from rag.evaluation.datasets import EvaluationQuestion
from rag.evaluation.grouping import Grouping
from rag.evaluation.groups import ALL
from rag.evaluation.measures import measure_all
from rag.evaluation.runs import Row
from rag.evaluation.summary import crosses_languages, summarise
from rag.models.embedding import Embedder
from rag.settings import Settings

SHOWN = ("R@5", "ev_R@500w", "ev_R@1000w")
_INSTALL = "pip install --group bench"


@dataclass(frozen=True, slots=True)
class Result:
    """Means by `measure, group`, as shares; `p50_s` and `p95_s` are of a search with the question's embedding."""

    system: str
    quality: Mapping[str, float]
    index_s: float
    p50_s: float
    p95_s: float


def compared(asked: Asked, embedder: Embedder, settings: Settings, say: Callable[[str], None]) -> Iterator[Result]:
    """The results of the systems that run here; of the others, `say` tells why they do not."""
    embedder.embed_queries(["warm"])  # loading the model is nobody's part
    for name, make in _systems(embedder, settings).items():
        say(name)
        try:
            system = make()
            try:
                yield _result(name, system, asked)
            finally:
                system.close()
        except ImportError as error:
            say(f"{name} is not measured: {error.name} is not installed ({_INSTALL})")
        except Unavailable as error:
            say(f"{name} is not measured: {error}")


def _systems(embedder: Embedder, settings: Settings) -> Mapping[str, Callable[[], System]]:
    """Made one after another, so that only one index is in memory, and imported only then."""
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")

    def ours() -> System:
        from benchmarks.baselines.chuchu_system import ChuchuSystem

        return ChuchuSystem(embedder, settings)

    def llama_index(hybrid: bool) -> System:
        from benchmarks.baselines.llama_index_systems import LlamaIndexSystem

        return LlamaIndexSystem(embedder, hybrid=hybrid)

    def haystack(mode: str) -> System:
        from benchmarks.baselines.haystack_systems import HaystackSystem

        return HaystackSystem(embedder, "hybrid" if mode == "hybrid" else "bm25")

    return {
        "Chuchu": ours,
        "LlamaIndex, dense": lambda: llama_index(False),
        "LlamaIndex, hybrid": lambda: llama_index(True),
        "Haystack, BM25": lambda: haystack("bm25"),
        "Haystack, hybrid": lambda: haystack("hybrid"),
    }


def _result(name: str, system: System, asked: Asked) -> Result:
    started = perf_counter()
    system.index(asked.documents)
    index_s = perf_counter() - started
    rows: list[tuple[EvaluationQuestion, Row]] = []
    seconds = []
    for question in asked.questions:
        started = perf_counter()
        found = system.search(question.query)
        seconds.append(perf_counter() - started)
        rows.append((question, {"id": question.id, "retrieved": [_row(each) for each in found]}))
    return Result(name, _quality(rows), index_s, quantile(seconds, 0.5), quantile(seconds, 0.95))


def _quality(rows: Sequence[tuple[EvaluationQuestion, Row]]) -> dict[str, float]:
    """By language of the question, or by direction where some evidence is in another language."""
    measured = measure_all(rows)
    summary = summarise(measured, [Grouping.DIRECTION if crosses_languages(measured) else Grouping.LANGUAGE])
    return {
        f"{measure}, {group}": estimate.mean
        for group in summary.groups
        if group != ALL
        for measure in SHOWN
        if (estimate := summary.of(group, measure)) is not None
    }


def _row(found: Found) -> dict[str, str]:
    return {"doc": found.document, "text": found.text}

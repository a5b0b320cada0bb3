"""Retrieval side by side with what others ship: the same corpus, embedder, questions and measures in one run.

    python -m benchmarks.baselines --corpus C.jsonl --queries Q.jsonl    # any corpus, formats as in docs/evaluation.md
    python -m benchmarks baselines                                       # the samples

The others are no part of the product: `pip install --group bench`.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.baselines.comparison import compared
from benchmarks.baselines.corpora import samples
from benchmarks.figures import Figure, Run
from rag.models.factory import make_embedder


def measure(run: Run) -> Iterator[Figure]:
    """Quality and time of each system on the samples; one that cannot run is named with the reason."""
    corpus = samples(run.size(1_000, 4))
    embedder = make_embedder(run.settings.embedding, run.settings.models_dir)
    for result in compared(corpus, embedder, run.settings, run.say):
        for name, value in result.quality.items():
            yield Figure(f"{result.system}: {name}", 100 * value, "%")
        yield Figure(f"{result.system}: index", result.index_s, "s")
        yield Figure(f"{result.system}: query p50", 1000 * result.p50_s, "ms")
        yield Figure(f"{result.system}: query p95", 1000 * result.p95_s, "ms")

"""`python -m benchmarks.baselines`: the comparison on any corpus, as a Markdown table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.baselines.comparison import Result, compared
from benchmarks.baselines.corpora import from_files, samples
from rag.evaluation.vector_memory import RememberingEmbedder
from rag.models.factory import make_embedder
from rag.settings import load_settings


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    asked = from_files(options.corpus, options.queries, options.per_language) if options.corpus else samples(1_000)
    settings = load_settings()
    embedder = make_embedder(settings.embedding, settings.models_dir)
    if options.vectors:
        embedder = RememberingEmbedder(embedder, options.vectors)
    results = list(compared(asked, embedder, settings, lambda text: print(text, file=sys.stderr, flush=True)))
    print(table(results, with_times=options.vectors is None))


def table(results: Sequence[Result], *, with_times: bool = True) -> str:
    """Times mean nothing where vectors came from an earlier run."""
    measures = list(results[0].quality) if results else []
    times = ["index, s", "query p50, ms", "p95, ms"] if with_times else []
    lines = ["| | " + " | ".join([*measures, *times]) + " |", "|---" * (1 + len(measures) + len(times)) + "|"]
    for result in results:
        cells = [f"{100 * result.quality[name]:.1f}" for name in measures]
        if with_times:
            cells += [f"{result.index_s:.0f}", f"{1000 * result.p50_s:.0f}", f"{1000 * result.p95_s:.0f}"]
        lines.append(f"| {result.system} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baselines", description="Retrieval side by side.")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], help="JSONL of id, title and text")
    parser.add_argument("--queries", type=Path, help="JSONL, CSV or TSV of questions")
    parser.add_argument("--per-language", type=int, metavar="N", help="N questions of each language, drawn with a seed")
    parser.add_argument("--vectors", type=Path, help="keep vectors between runs in this folder, and show no times")
    options = parser.parse_args(arguments)
    if bool(options.corpus) != bool(options.queries):
        parser.error("--corpus and --queries go together")
    return options


if __name__ == "__main__":
    main()

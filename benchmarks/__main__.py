"""`python -m benchmarks [NAME …] [--quick] [--out FILE]`: measure, print the table, keep it as JSON.

A goal that is missed is printed and is no error; a benchmark that breaks off is, after the others have run.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from benchmarks.figures import Benchmark, Figure, Run
from benchmarks.machine import this_machine
from benchmarks.report import Report, print_report, shown, write_json
from benchmarks.startup import REPOSITORY
from rag.errors import ChuchuError
from rag.settings import load_settings

NAMES = (
    *("startup", "index", "pages", "long_pdf", "fidelity", "scans", "extraction", "breadth", "ingestion"),
    *("search", "reranking", "answers", "checking", "planted", "translations", "conflicts"),
)
ON_REQUEST = ("scale", "kills", "outages", "workers", "citations", "baselines")
"""Proofs that take long, and what needs packages or servers that the product does not: only when they are named."""


def imported(name: str) -> Benchmark:
    """The benchmark of a module, imported in its turn: one that cannot be imported costs only itself."""
    measure: Benchmark = import_module(f"benchmarks.{name}").measure
    return measure


def main(arguments: Sequence[str] | None = None, benchmark: Callable[[str], Benchmark] = imported) -> int:
    options = _options(arguments)
    report = Report(this_machine(), options.quick, datetime.now(UTC))
    for name in options.names or NAMES:
        _measure(name, benchmark, report, options)
    print_report(report, Console(highlight=False, soft_wrap=True))
    write_json(report, options.out)
    _say(f"written to {options.out}")
    return 1 if report.failures else 0


_NAMES_HELP = f"which to run: {', '.join(NAMES)} by default; {', '.join(ON_REQUEST)} on request"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Print the performance figures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=_NAMES_HELP)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that everything works")
    parser.add_argument("--rounds", type=int, help="how many rounds, for those that have rounds")
    parser.add_argument("--keep", type=Path, help="where the large corpus of `scale` is left for the next run")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "bench.json", help="where to write the JSON")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {*NAMES, *ON_REQUEST}:
        parser.error(
            f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join((*NAMES, *ON_REQUEST))}"
        )
    return options


def _measure(name: str, benchmark: Callable[[str], Benchmark], report: Report, options: argparse.Namespace) -> None:
    """Run one benchmark; when it breaks off, what it measured before stays."""
    figures: list[Figure] = []
    report.figures[name] = figures
    try:
        run = Run(load_settings(), report.quick, lambda text: _say(f"{name}: {text} …"), options.rounds, options.keep)
        for figure in benchmark(name)(run):
            _say(f"{name}: {figure.name}: {shown(figure.value)} {figure.unit}")
            figures.append(figure)
    except ChuchuError as error:
        report.failures[name] = str(error)
    except Exception as error:  # noqa: BLE001 - half an hour of other figures must not go with it
        traceback.print_exc()
        report.failures[name] = f"{type(error).__name__}: {error}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Figures as a table to read and as JSON to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure
from benchmarks.machine import Machine

_MET = {True: "yes", False: "NO", None: ""}


@dataclass(slots=True)
class Report:
    """What a run measured, in order. `failures` maps a benchmark that broke off to why."""

    machine: Machine
    quick: bool
    started_at: datetime
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def print_report(report: Report, console: Console) -> None:
    console.print(*report.machine.lines(), sep="\n", markup=False)
    if report.quick:
        console.print("Measured with --quick: it works, and the numbers say nothing.")
    table = Table(box=None, pad_edge=False)
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("goal", justify="right")
    table.add_column("met?")
    for figure in _all(report):
        table.add_row(figure.name, f"{shown(figure.value)} {figure.unit}", _goal(figure), _MET[figure.is_met])
    console.print(table)
    for name, reason in report.failures.items():
        console.print(f"{name} failed: {reason}", markup=False)


def write_json(report: Report, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "started_at": report.started_at.astimezone(UTC).isoformat(timespec="seconds"),
        "quick": report.quick,
        "machine": asdict(report.machine),
        "figures": [
            {"benchmark": name, **asdict(figure), "met": figure.is_met}
            for name, figures in report.figures.items()
            for figure in figures
        ],
        "failures": report.failures,
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shown(value: float) -> str:
    """Three significant digits, and whole numbers whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _all(report: Report) -> Sequence[Figure]:
    return [figure for figures in report.figures.values() for figure in figures]


def _goal(figure: Figure) -> str:
    return f"{figure.bound} {figure.unit}" if figure.bound else ""

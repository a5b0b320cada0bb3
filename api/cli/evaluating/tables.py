"""Tables of figures in the terminal, in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from rag.evaluation.intervals import Estimate
    from rag.evaluation.runs import Row
    from rag.evaluation.summary import Summary


_COLUMNS = 7
"""Groups side by side: more would break the figures of a group over two lines."""


def print_summary(terminal: Terminal, summary: Summary) -> None:
    """A line for each measure, a column for each group: mean, half of the 95 % interval, number of questions."""
    for start in range(0, len(summary.groups), _COLUMNS):
        _print_groups(terminal, summary, summary.groups[start : start + _COLUMNS])
    terminal.out.print(
        terminal.text(
            "± is half of the 95 % bootstrap interval; the number of questions in brackets.",
            "± 为 95 % 自助法置信区间的一半；括号内为问题数。",
        )
    )


def _print_groups(terminal: Terminal, summary: Summary, groups: Sequence[str]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(terminal.text("measure, %", "指标，%"))
    for group in groups:
        table.add_column(group, justify="right")
    for name in summary.measures:
        cells = [_cell(summary.of(group, name)) for group in groups]
        if any(cells):
            table.add_row(name, *cells)
    terminal.out.print(table)


def print_times(terminal: Terminal, rows: Sequence[Row]) -> None:
    times = sorted(row["latency_s"] for row in rows if row.get("latency_s") is not None)
    if times:
        said = terminal.text("median seconds a question", "每题用时中位数（秒）")
        terminal.out.print(f"{said}: {times[len(times) // 2]:.2f}")


def _cell(measured: Estimate | None) -> str:
    if measured is None:
        return ""
    return f"{100 * measured.mean:.1f} ±{100 * measured.half_width:.1f} ({measured.questions})"

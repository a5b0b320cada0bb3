"""`chuchu eval compare`: what changed between two systems on the same questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.changes import First, Group, Second, changes_of, known
from api.cli.evaluating.inputs import Measures, Qrels, Queries
from api.cli.terminal import Terminal
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluation.comparison import Change, Flip


def compare(
    first: First,
    second: Second,
    queries: Queries,
    qrels: Qrels = None,
    measure: Measures = None,
    group: Group = "all",
    flips: Annotated[int, typer.Option(min=0, help="Questions shown that turned, each way. 列出的问题数。")] = 10,
    flips_of: Annotated[
        str | None, typer.Option(help="The measure that they turned by. 按哪个指标列出变化的问题。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object. 输出一个 JSON 对象。")] = False,
) -> None:
    """What got better, what got worse, by how much, and by chance or not. 比较两次评测的差异与显著性。"""
    terminal = Terminal.of(load_settings())
    changes = changes_of(terminal, first, second, queries, qrels, measure or (), group)
    if as_json:
        print(json.dumps({name: _as_json(change) for name, change in changes.items()}, ensure_ascii=False, indent=1))
        return
    _print_changes(terminal, changes)
    if flips:
        _print_flips(terminal, _chosen(changes, flips_of), flips)


def _chosen(changes: Mapping[str, Change], name: str | None) -> Change:
    """The measure whose questions are listed: the one asked for, else the one that changed most surely."""
    return known(changes, name) if name else min(changes.values(), key=lambda change: (change.p, -_turned(change)))


def _turned(change: Change) -> int:
    return len(change.better) + len(change.worse)


def _print_changes(terminal: Terminal, changes: Mapping[str, Change]) -> None:
    from rich.table import Table

    from rag.evaluation.comparison import gains

    table = Table(box=None, pad_edge=False)
    headings = terminal.text(
        "measure, %|first|second|difference|95 %|p|better|worse|questions|",
        "指标，%|前|后|差|95 %|p|变好|变差|问题数|",
    )
    for number, heading in enumerate(headings.split("|")):
        table.add_column(heading, justify="left" if number in {0, 9} else "right")
    for change in gains(changes):
        table.add_row(*_cells(change), _verdict(terminal, change))
    terminal.out.print(table)


def _cells(change: Change) -> list[str]:
    difference = change.difference
    return [
        change.measure,
        f"{100 * change.first:.1f}",
        f"{100 * change.second:.1f}",
        f"{100 * difference.mean:+.1f}",
        f"{100 * difference.low:+.1f} … {100 * difference.high:+.1f}",
        f"{change.p:.4f}",
        str(len(change.better)),
        str(len(change.worse)),
        str(difference.questions),
    ]


def _verdict(terminal: Terminal, change: Change) -> str:
    if not change.is_significant:
        return ""
    better, worse = terminal.text("better", "变好"), terminal.text("WORSE", "变差")
    return better if change.is_gain else worse


def _print_flips(terminal: Terminal, change: Change, most: int) -> None:
    for flips, heading in (
        (change.worse, terminal.text("got worse by", "变差，按")),
        (change.better, terminal.text("got better by", "变好，按")),
    ):
        if flips:
            terminal.out.print(f"\n{heading} {change.measure}: {len(flips)}", markup=False)
        for flip in flips[:most]:
            terminal.out.print(f"  {_flip(flip)}", markup=False)


def _flip(flip: Flip) -> str:
    return f"{flip.question}  {100 * flip.before:.0f} → {100 * flip.after:.0f}  {flip.query}"


def _as_json(change: Change) -> dict[str, object]:
    difference = change.difference
    return {
        "first": change.first,
        "second": change.second,
        "difference": difference.mean,
        "interval": [difference.low, difference.high],
        "p": change.p,
        "questions": difference.questions,
        "better": [flip.question for flip in change.better],
        "worse": [flip.question for flip in change.worse],
    }

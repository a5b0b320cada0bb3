"""`chuchu eval gate`: a change passes, or it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.changes import First, Group, Second, changes_of, known
from api.cli.evaluating.inputs import Qrels, Queries
from api.cli.terminal import Terminal
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluation.comparison import Change


def gate(
    first: First,
    second: Second,
    queries: Queries,
    measure: Annotated[list[str], typer.Option(help="May not get worse; repeat it. 不得变差的指标，可重复。")],
    qrels: Qrels = None,
    group: Group = "all",
    margin: Annotated[float, typer.Option(min=0, help="Points that it may lose. 允许下降的百分点。")] = 0.0,
    alpha: Annotated[float, typer.Option(min=0.0001, max=0.5, help="Level of the test. 显著性水平。")] = 0.05,
) -> None:
    """End with status 1 when a measure is significantly worse than before. 指标显著变差时以状态 1 结束，可用于 CI。"""
    terminal = Terminal.of(load_settings())
    changes = changes_of(terminal, first, second, queries, qrels, measure, group, margin=margin / 100, whole=True)
    failed = [name for name in measure if known(changes, name).worse_p < alpha]
    for name in measure:
        verdict = terminal.text("WORSE", "变差") if name in failed else terminal.text("ok", "通过")
        terminal.out.print(f"{verdict}  {_line(changes[name], changes[name].worse_p)}", markup=False)
    if failed:
        raise typer.Exit(1)


def _line(change: Change, p: float) -> str:
    difference = change.difference
    return (
        f"{change.measure}  {100 * change.first:.1f} → {100 * change.second:.1f}  ({100 * difference.mean:+.1f}, "
        f"95 % {100 * difference.low:+.1f} … {100 * difference.high:+.1f}, p {p:.4f}, n {difference.questions})"
    )

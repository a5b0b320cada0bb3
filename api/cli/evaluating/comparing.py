"""`chuchu eval compare` and `eval gate`: two systems on the same questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.inputs import Measures, Qrels, Queries, measured_rows, questions_of
from api.cli.terminal import Terminal
from rag.errors import MeasureUnknown, RowsUnlike
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluation.comparison import Change, Flip
    from rag.evaluation.measures import Measured

First = Annotated[Path, typer.Argument(help="Rows of the system as it was. 改动前的输出。")]
Second = Annotated[Path, typer.Argument(help="Rows of the system as it is now. 改动后的输出。")]
Group = Annotated[str, typer.Option(help="all, a language (zh), a direction (zh→en) or a type (zh/fact). 只比较该组。")]


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
    changes = _changes(terminal, first, second, queries, qrels, measure or (), group)
    if as_json:
        print(json.dumps({name: _as_json(change) for name, change in changes.items()}, ensure_ascii=False, indent=1))
        return
    _print_changes(terminal, changes)
    if flips:
        _print_flips(terminal, _chosen(changes, flips_of), flips)


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
    changes = _changes(terminal, first, second, queries, qrels, measure, group, margin=margin / 100, whole=True)
    failed = [name for name in measure if _known(changes, name).worse_p < alpha]
    for name in measure:
        verdict = terminal.text("WORSE", "变差") if name in failed else terminal.text("ok", "通过")
        terminal.out.print(f"{verdict}  {_line(changes[name], changes[name].worse_p)}", markup=False)
    if failed:
        raise typer.Exit(1)


def _changes(
    terminal: Terminal,
    first: Path,
    second: Path,
    queries: Path,
    qrels: Path | None,
    more: Sequence[str],
    group: str,
    *,
    margin: float = 0.0,
    whole: bool = False,
) -> dict[str, Change]:
    """Raises RowsUnlike when they share no question or, for a gate, when the second lacks some: what it did not answer
    must not count for it.
    """
    from rag.evaluation.comparison import compare as compared

    questions = questions_of(terminal, queries, qrels)
    before = measured_rows(terminal, first, questions, more)
    after = measured_rows(terminal, second, questions, more)
    _check_alike(terminal, first, before, second, after, whole=whole)
    changes = compared(before, after, group=group, margin=margin)
    if not changes:
        reason = terminal.text(f"no measure applies to both in the group {group}", f"“{group}”组中没有共同的指标")
        raise RowsUnlike(first=str(first), second=str(second), reason=reason)
    return changes


def _check_alike(
    terminal: Terminal,
    first: Path,
    before: Sequence[Measured],
    second: Path,
    after: Sequence[Measured],
    *,
    whole: bool,
) -> None:
    ours, theirs = ({one.question.id for one in measured} for measured in (before, after))
    if not ours & theirs:
        reason = terminal.text("they share no question of this set", "没有共同的问题")
        raise RowsUnlike(first=str(first), second=str(second), reason=reason)
    for path, lacking in ((second, ours - theirs), (first, theirs - ours)):
        if lacking:
            said = terminal.text(
                f"{path} lacks {len(lacking)} questions that the other has",
                f"{path} 缺少另一方的 {len(lacking)} 个问题",
            )
            if whole and path == second:
                raise RowsUnlike(first=str(first), second=str(second), reason=said)
            terminal.err.print(said, markup=False, style="yellow")


def _known(changes: dict[str, Change], name: str) -> Change:
    if name not in changes:
        raise MeasureUnknown(measure=name, reason=f"these rows have {', '.join(changes)}")
    return changes[name]


def _chosen(changes: dict[str, Change], name: str | None) -> Change:
    """The measure whose questions are listed: the one asked for, else the one that changed most surely."""
    return _known(changes, name) if name else min(changes.values(), key=lambda change: (change.p, -_turned(change)))


def _turned(change: Change) -> int:
    return len(change.better) + len(change.worse)


def _print_changes(terminal: Terminal, changes: dict[str, Change]) -> None:
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


def _line(change: Change, p: float) -> str:
    difference = change.difference
    return (
        f"{change.measure}  {100 * change.first:.1f} → {100 * change.second:.1f}  ({100 * difference.mean:+.1f}, "
        f"95 % {100 * difference.low:+.1f} … {100 * difference.high:+.1f}, p {p:.4f}, n {difference.questions})"
    )


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

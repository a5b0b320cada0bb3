"""Two files of rows, read and compared: what `eval compare` shows and `eval gate` decides by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.inputs import measured_rows, questions_of
from api.cli.terminal import Terminal
from rag.errors import MeasureUnknown, RowsUnlike

if TYPE_CHECKING:
    from rag.evaluation.comparison import Change
    from rag.evaluation.measures import Measured

First = Annotated[Path, typer.Argument(help="Rows of the system as it was. 改动前的输出。")]
Second = Annotated[Path, typer.Argument(help="Rows of the system as it is now. 改动后的输出。")]
Group = Annotated[str, typer.Option(help="all, a language (zh), a direction (zh→en) or a type (zh/fact). 只比较该组。")]


def changes_of(
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
) -> Mapping[str, Change]:
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


def known(changes: Mapping[str, Change], name: str) -> Change:
    if name not in changes:
        raise MeasureUnknown(measure=name, reason=f"these rows have {', '.join(changes)}")
    return changes[name]

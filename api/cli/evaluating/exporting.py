"""`chuchu eval export`: rows and questions as the files that TREC's tools read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.inputs import Qrels, Queries, questions_of
from api.cli.terminal import Terminal
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluation.datasets import EvaluationQuestion
    from rag.evaluation.runs import Row


def export(
    rows: Annotated[Path, typer.Argument(help="Rows of `eval run`. `eval run` 的输出。")],
    queries: Queries,
    qrels: Qrels = None,
) -> None:
    """Write a TREC run and qrels beside the rows. 在输出旁写出 TREC run 与 qrels 文件。"""
    from rag.evaluation.runs import read_rows

    terminal = Terminal.of(load_settings())
    for path in write_trec(questions_of(terminal, queries, qrels), read_rows(rows), rows):
        terminal.out.print(str(path), markup=False)


def write_trec(questions: Sequence[EvaluationQuestion], rows: Sequence[Row], beside: Path) -> tuple[Path, Path]:
    """`S.run` and `S.qrels` beside `S.jsonl`."""
    from rag.evaluation.trec import qrel_lines, run_lines

    run, qrels = beside.with_suffix(".run"), beside.with_suffix(".qrels")
    _write(run, run_lines(rows))
    _write(qrels, qrel_lines(questions))
    return run, qrels


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

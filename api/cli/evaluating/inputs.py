"""Questions and rows as the commands of this group are given them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from rag.evaluation.datasets import EvaluationQuestion
    from rag.evaluation.measures import Measured

Queries = Annotated[Path, typer.Option(help="Questions: JSONL, CSV or TSV. 问题集（JSONL、CSV 或 TSV）。")]
Qrels = Annotated[Path | None, typer.Option(help="Judged documents, TREC qrels. 相关性标注（TREC qrels）。")]
Measures = Annotated[
    list[str] | None, typer.Option("--measure", help="Further measures of ir-measures: AP, R@100 …  其他指标。")
]


def questions_of(terminal: Terminal, queries: Path, qrels: Path | None) -> list[EvaluationQuestion]:
    """Raises FileNotFound, DatasetInvalid. Says how many were drafted and reviewed by nobody."""
    from rag.evaluation.datasets import read_questions
    from rag.evaluation.trec import read_qrels, with_qrels

    questions = read_questions(queries)
    drafts = sum(not question.reviewed for question in questions)
    if drafts:
        said = terminal.text(
            f"{drafts} of {len(questions)} questions are drafts that nobody has reviewed (`reviewed`: false): "
            "the figures are no better than they are.",
            f"{len(questions)} 个问题中有 {drafts} 个是未经审核的草稿（`reviewed`: false），评测结果仅供参考。",
        )
        terminal.err.print(said, markup=False, style="yellow")
    return with_qrels(questions, read_qrels(qrels)) if qrels else questions


def measured_rows(
    terminal: Terminal, rows: Path, questions: Sequence[EvaluationQuestion], more: Sequence[str] = ()
) -> list[Measured]:
    """Rows that were written earlier, measured. Says how many have no question here; raises as measuring does."""
    from rag.evaluation.measures import measure_all
    from rag.evaluation.runs import read_rows, with_questions

    read = read_rows(rows)
    pairs = with_questions(read, questions)
    if len(pairs) < len(read):
        said = terminal.text(
            f"{rows}: {len(read) - len(pairs)} of {len(read)} rows belong to other questions and are left out.",
            f"{rows}：{len(read)} 行中有 {len(read) - len(pairs)} 行不属于这些问题，已略去。",
        )
        terminal.err.print(said, markup=False, style="yellow")
    return measure_all(pairs, more)

"""`chuchu eval measure`: the figures of rows that are there already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.inputs import Measures, Qrels, Queries, measured_rows, questions_of
from api.cli.terminal import Terminal
from rag.evaluation.grouping import Grouping
from rag.settings import load_settings

if TYPE_CHECKING:
    from rag.evaluation.summary import Summary


def measure(
    rows: Annotated[Path, typer.Argument(help="Rows of `eval run`. `eval run` 的输出。")],
    queries: Queries,
    qrels: Qrels = None,
    measure: Measures = None,
    by: Annotated[list[Grouping] | None, typer.Option(help="Groups; repeat it. 分组，可重复。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object. 输出一个 JSON 对象。")] = False,
) -> None:
    """Measure rows that an earlier run, or another system, wrote. 计算已有输出的各项指标。"""
    from api.cli.evaluating.tables import print_summary
    from rag.evaluation.summary import summarise

    terminal = Terminal.of(load_settings())
    measured = measured_rows(terminal, rows, questions_of(terminal, queries, qrels), measure or ())
    summary = summarise(measured, by or [Grouping.LANGUAGE])
    if as_json:
        print(json.dumps(_as_json(summary), ensure_ascii=False))
    else:
        print_summary(terminal, summary)


def _as_json(summary: Summary) -> dict[str, dict[str, dict[str, float]]]:
    return {
        group: {name: found._asdict() for name, found in summary.estimates[group].items()} for group in summary.groups
    }

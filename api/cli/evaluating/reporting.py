"""`chuchu eval report`: a run as a page to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.evaluating.inputs import Measures, Qrels, Queries, measured_rows, questions_of
from api.cli.terminal import Terminal
from rag.settings import load_settings


def report(
    rows: Annotated[Path, typer.Argument(help="Rows of `eval run`. `eval run` 的输出。")],
    queries: Queries,
    out: Annotated[Path, typer.Option(help="Page to write, HTML. 输出网页。")],
    qrels: Qrels = None,
    measure: Measures = None,
    language: Annotated[
        Literal["auto", "en", "zh"], typer.Option(help="Of the page; auto follows the terminal. 网页语言。")
    ] = "auto",
) -> None:
    """One HTML page: figures, plots, where evidence was lost, and the questions that failed. 生成评测报告网页。"""
    from rag.evaluation.reports.page import report_page

    terminal = Terminal.of(load_settings())
    measured = measured_rows(terminal, rows, questions_of(terminal, queries, qrels), measure or ())
    chosen = terminal.language if language == "auto" else language
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report_page(measured, name=rows.name, language=chosen), encoding="utf-8")
    terminal.out.print(str(out), markup=False)

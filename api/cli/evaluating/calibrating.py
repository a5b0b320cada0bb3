"""`chuchu eval calibrate`: the thresholds that fit a user's own questions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating.calibration_tables import print_expected, print_floor, print_points, print_support
from api.cli.evaluating.inputs import Queries, questions_of
from api.cli.evaluating.running import How, corpus_of, run_questions
from api.cli.terminal import Terminal
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.evaluation.datasets import EvaluationQuestion
    from rag.evaluation.runs import Row
    from rag.evaluation.support_thresholds import SupportPoint
    from rag.evaluation.thresholds import Point


def calibrate(
    queries: Queries,
    rows: Annotated[Path | None, typer.Option(help="Rows of `eval run`, or else: 已有的评测输出，或者：")] = None,
    corpus: Annotated[list[Path] | None, typer.Option(help="Corpus of id, title, text. 语料（JSONL）。")] = None,
    documents: Annotated[list[Path] | None, typer.Option(help="Or files to ask about. 或文件与文件夹。")] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="Further files of either. 更多语料或文件。")] = None,
    extractive: Annotated[bool, typer.Option(help="Answer with the documents' own sentences. 以原句回答。")] = False,
    over_refusal: Annotated[
        float, typer.Option(min=0, max=100, help="Answerable questions that may be refused, %. 允许的误拒率。")
    ] = 5.0,
    precision: Annotated[
        float, typer.Option(min=0, max=100, help="Of sentences called supported, %. “有依据”判定的准确率。")
    ] = 95.0,
    out: Annotated[Path | None, typer.Option(help="Settings to write, TOML. 输出设置（TOML）。")] = None,
) -> None:
    """Fit the thresholds of refusing and of support to labelled questions. 用已标注的问题拟合拒答与依据阈值。"""
    from rag.evaluation.runs import read_rows, with_questions
    from rag.evaluation.support_thresholds import choose_support, judged_sentences
    from rag.evaluation.thresholds import choose, cross_validated, lowest, scored_questions, separation

    settings = load_settings()
    terminal = Terminal.of(settings)
    questions = questions_of(terminal, queries, None)
    if rows is None:
        given = _asked(settings, terminal, questions, corpus, documents, more, extractive=extractive)
    else:
        given = read_rows(rows)
    pairs = with_questions(given, questions)
    scored = scored_questions(pairs)
    floor = lowest(scored)
    chosen = choose(scored, over_refusal / 100, floor)
    print_points(terminal, scored, floor, chosen, separation(scored))
    print_expected(terminal, cross_validated(scored, over_refusal / 100, floor))
    print_floor(terminal, floor, chosen)
    sentences = judged_sentences(pairs)
    support = choose_support(sentences, precision / 100)
    print_support(terminal, sentences, support, precision)
    lines = _toml(chosen, support)
    terminal.out.print("\n" + lines, markup=False)
    if out is not None:
        out.write_text(lines + "\n", encoding="utf-8")


def _asked(
    settings: Settings,
    terminal: Terminal,
    questions: Sequence[EvaluationQuestion],
    corpus: list[Path] | None,
    documents: list[Path] | None,
    more: list[Path] | None,
    *,
    extractive: bool,
) -> list[Row]:
    """Rows of a run that refuses nothing early, so that every threshold can be judged by it."""
    answering = settings.answering.model_copy(update={"evidence_threshold": 0.0})
    open_to_all = settings.model_copy(update={"answering": answering})
    how = How("extractive" if extractive else "generated", reuse_vectors=True)
    kept = settings.data_dir / "scratch" / "calibration.jsonl"
    given = corpus_of(terminal, corpus, documents, more)
    return asyncio.run(run_questions(open_to_all, terminal, given, questions, kept, how))


def _toml(chosen: Point, support: SupportPoint | None) -> str:
    lines = ["[answering]", f"evidence_threshold = {chosen.threshold:.4f}"]
    if support is not None:
        lines.append(f"support_threshold = {support.threshold:.4f}")
    return "\n".join(lines)

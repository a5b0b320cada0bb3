"""`chuchu eval run`: index a corpus, ask the questions, write a row for each, measure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.asking import EffortOption
from api.cli.evaluating.corpus import COLLECTION, Corpus
from api.cli.evaluating.inputs import Qrels, Queries, questions_of
from api.cli.terminal import Terminal
from rag.citations import Effort
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.cli.evaluating.experiment import Experiment
    from rag.documents import ScoredPassage
    from rag.evaluation.datasets import EvaluationQuestion
    from rag.evaluation.runs import Row


@dataclass(frozen=True, slots=True)
class How:
    """How the questions are asked. With `reuse_vectors`, times mean nothing and are left out."""

    answering: Literal["no", "extractive", "generated"] = "generated"
    trace: bool = False
    reuse_vectors: bool = False
    effort: Effort | None = None


def run(
    queries: Queries,
    out: Annotated[Path, typer.Option(help="Rows to write, JSONL. 输出（JSONL）。")],
    corpus: Annotated[list[Path] | None, typer.Option(help="Corpus of id, title, text. 语料（JSONL）。")] = None,
    documents: Annotated[list[Path] | None, typer.Option(help="Or files; `gold` names them. 或文件与文件夹。")] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="Further files of either. 更多语料或文件。")] = None,
    retrieval_only: Annotated[bool, typer.Option(help="Do not answer. 只检索，不回答。")] = False,
    extractive: Annotated[bool, typer.Option(help="Answer with the documents' own sentences. 以原句回答。")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions. 仅前 N 个问题。")] = None,
    qrels: Qrels = None,
    trace: Annotated[
        bool, typer.Option(help="Note where evidence was lost, for `eval report`. 记录依据在哪一步丢失。")
    ] = False,
    reuse_vectors: Annotated[
        bool, typer.Option(help="Keep the questions' vectors too; no times. 也复用问题向量，不计用时。")
    ] = False,
    effort: EffortOption = None,
) -> None:
    """Index a corpus into a scratch collection, ask the questions, measure. 建立临时索引、提问并评测。"""
    settings = load_settings()
    terminal = Terminal.of(settings)
    given = corpus_of(terminal, corpus, documents, more)
    questions = questions_of(terminal, queries, qrels)[:limit]
    answering: Literal["no", "extractive", "generated"] = (
        "no" if retrieval_only else "extractive" if extractive else "generated"
    )
    how = How(answering, trace, reuse_vectors, effort)
    rows = asyncio.run(run_questions(settings, terminal, given, questions, out, how))
    _report(terminal, questions, rows, out)


def corpus_of(
    terminal: Terminal, corpus: list[Path] | None, documents: list[Path] | None, more: list[Path] | None
) -> Corpus:
    """Further paths belong to the option that was given: `--corpus *.jsonl` reaches us as one value and more."""
    if not corpus and not documents:
        raise typer.BadParameter(terminal.text("give --corpus or --documents", "请指定 --corpus 或 --documents"))
    if more and corpus and documents:
        said = terminal.text(
            "with both --corpus and --documents, repeat the option before each path",
            "同时使用 --corpus 与 --documents 时，请在每个路径前重复该选项",
        )
        raise typer.BadParameter(f"{said}: {more[0]}")
    extra = more or []
    return Corpus.of([*corpus, *extra] if corpus else [], [*documents, *([] if corpus else extra)] if documents else [])


async def run_questions(
    settings: Settings,
    terminal: Terminal,
    corpus: Corpus,
    questions: Sequence[EvaluationQuestion],
    out: Path,
    how: How,
) -> list[Row]:
    from api.cli.evaluating.experiment import open_experiment

    async with open_experiment(settings, terminal, corpus, reuse_vectors=how.reuse_vectors) as experiment:
        return await _ask(experiment, terminal, questions, out, how)


async def _ask(
    experiment: Experiment, terminal: Terminal, questions: Sequence[EvaluationQuestion], out: Path, how: How
) -> list[Row]:
    """Rows are written as they come, so that a run that is stopped has kept what it did."""
    from rich.progress import Progress

    rows: list[Row] = []
    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=terminal.err, transient=True) as progress, out.open("w", encoding="utf-8") as file:
        task = progress.add_task(terminal.text("Asking", "提问"), total=len(questions))
        for question in questions:
            row = await _row(experiment, question, how)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            rows.append(row)
            progress.advance(task)
    return rows


async def _row(experiment: Experiment, question: EvaluationQuestion, how: How) -> Row:
    row, shown = await _asked(experiment, question, how)
    if how.reuse_vectors:
        row = {name: value for name, value in row.items() if name not in {"latency_s", "ttft_s"}}
    if question.gold and not question.evidence and (language := experiment.gold.language(question)):
        row["evidence_lang"] = language
    if how.trace and question.evidence:
        from api.cli.evaluating.tracing import trace

        row["trace"] = await trace(experiment, question, shown)
    return row


async def _asked(experiment: Experiment, question: EvaluationQuestion, how: How) -> tuple[Row, Sequence[ScoredPassage]]:
    from rag.evaluation.runs import answer_row, retrieval_row

    services = experiment.services
    if how.answering == "no":
        found = await services.retriever.retrieve(question.query, collection=COLLECTION)
        return retrieval_row(question.id, found, str), found.passages
    extractive = how.answering == "extractive"
    answer = await services.answerer.answer(
        question.query, collection=COLLECTION, extractive=extractive, effort=how.effort
    )
    return answer_row(question.id, answer, str), answer.retrieved


def _report(terminal: Terminal, questions: Sequence[EvaluationQuestion], rows: Sequence[Row], out: Path) -> None:
    from api.cli.evaluating.exporting import write_trec
    from api.cli.evaluating.tables import print_summary, print_times
    from rag.evaluation.grouping import Grouping
    from rag.evaluation.measures import measure_all
    from rag.evaluation.summary import crosses_languages, summarise

    measured = measure_all(zip(questions, rows, strict=True))
    directions = [Grouping.DIRECTION] if crosses_languages(measured) else []
    print_summary(terminal, summarise(measured, [Grouping.LANGUAGE, *directions]))
    print_times(terminal, rows)
    written = [out, *(write_trec(questions, rows, out) if out.is_file() else ())]
    terminal.out.print(f"{len(rows)} → {' '.join(map(str, written))}", markup=False)

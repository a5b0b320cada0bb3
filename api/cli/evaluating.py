"""`chuchu eval`: run questions over a corpus through the real system, and measure."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.terminal import Terminal
from rag.errors import FileRejected, Rejected
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.services import Services
    from ingest.intake import Upload
    from rag.evaluation.datasets import EvaluationQuestion
    from rag.evaluation.runs import Row

app = typer.Typer(no_args_is_help=True, help="Measure on questions of your own. 用自己的问题集评测。")

COLLECTION = "evaluation"


@app.callback()
def evaluation() -> None:
    """A group of its own, also while it has a single command."""


@app.command()
def run(
    queries: Annotated[Path, typer.Option(help="Questions, JSONL. 问题集（JSONL）。")],
    out: Annotated[Path, typer.Option(help="Rows to write, JSONL. 输出（JSONL）。")],
    corpus: Annotated[list[Path] | None, typer.Option(help="Corpus of id, title, text. 语料（JSONL）。")] = None,
    documents: Annotated[list[Path] | None, typer.Option(help="Or files; `gold` names them. 或文件与文件夹。")] = None,
    retrieval_only: Annotated[bool, typer.Option(help="Do not answer. 只检索，不回答。")] = False,
    extractive: Annotated[bool, typer.Option(help="Answer with the documents' own sentences. 以原句回答。")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions. 仅前 N 个问题。")] = None,
) -> None:
    """Index a corpus into a scratch collection, ask the questions, measure. 建立临时索引、提问并评测。"""
    settings = load_settings()
    terminal = Terminal.of(settings)
    if not corpus and not documents:
        raise typer.BadParameter(terminal.text("give --corpus or --documents", "请指定 --corpus 或 --documents"))
    from rag.evaluation.datasets import read_questions

    questions = read_questions(queries)[:limit]
    paths = [*(corpus or []), *(documents or [])]
    scratch = _scratch(settings, paths)
    answering = None if retrieval_only else "extractive" if extractive else "generated"
    work = _run(scratch, terminal, corpus or [], documents or [], questions, out, answering)
    rows = asyncio.run(work)
    _report(terminal, questions, rows, out)


def _scratch(settings: Settings, paths: Sequence[Path]) -> Settings:
    """The same settings over a data folder of this corpus alone, kept so that the next run does not index again."""
    key = hashlib.sha256("\n".join(sorted(str(path.resolve()) for path in paths)).encode()).hexdigest()[:16]
    folder = settings.data_dir / "scratch" / key
    # The scratch index is always the embedded one: an evaluation must not write into a shared server.
    database = settings.database.model_copy(update={"url": type(settings.database.url)("")})
    index = settings.index.model_copy(update={"backend": "edge"})
    ingest = settings.ingest.model_copy(update={"worker": "inside"})
    changed = {"data_dir": folder, "database": database, "index": index, "ingest": ingest}
    return settings.model_copy(update=changed)


async def _run(
    settings: Settings,
    terminal: Terminal,
    corpus: Sequence[Path],
    documents: Sequence[Path],
    questions: Sequence[EvaluationQuestion],
    out: Path,
    answering: str | None,
) -> list[Row]:
    from api.services import open_services

    with terminal.err.status(terminal.text("Loading the models …", "正在加载模型……")):
        stack = open_services(settings)
        services = await stack.__aenter__()
    try:
        await _index(services, terminal, corpus, documents)
        return await _ask(services, terminal, questions, out, answering)
    finally:
        await stack.__aexit__(None, None, None)


async def _index(services: Services, terminal: Terminal, corpus: Sequence[Path], documents: Sequence[Path]) -> None:
    """Through the same door as any upload. Raises the first rejection: a corpus is to be whole."""
    from rich.progress import Progress

    uploads = [*_corpus_uploads(corpus), *_file_uploads(documents)]
    with Progress(console=terminal.err, transient=True) as progress:
        task = progress.add_task(terminal.text("Indexing", "建立索引"), total=len(uploads))
        failed: list[str] = []
        for upload, content in uploads:
            try:
                await services.intake.submit(upload, _once(content))
            except FileRejected as error:
                failed.append(f"{upload.name}: {error.message(terminal.language)}")
        while waiting := await services.stores.jobs.unfinished_jobs():
            progress.update(task, completed=len(uploads) - len(waiting))
            await asyncio.sleep(0.2)
    listed = await services.stores.documents.documents(COLLECTION, limit=100_000)
    failed += [f"{found.job.name}: {found.job.failure}" for found in listed if found.job and found.job.failure]
    for line in failed:
        terminal.err.print(line, markup=False, style="red")
    if corpus and failed:
        raise Rejected(
            reason=terminal.text(f"{len(failed)} documents of the corpus failed", f"语料中有 {len(failed)} 篇失败")
        )


def _corpus_uploads(paths: Sequence[Path]) -> Iterable[tuple[Upload, bytes]]:
    from ingest.intake import Upload
    from rag.evaluation.datasets import read_corpus

    for document in read_corpus(paths):
        upload = Upload(name=f"{document.id}.txt", uri=document.id, collection=COLLECTION, title=document.title)
        yield upload, document.text.encode("utf-8")


def _file_uploads(paths: Sequence[Path]) -> Iterable[tuple[Upload, bytes]]:
    from ingest.intake import Upload

    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            yield Upload(name=file.name, uri=file.name, collection=COLLECTION), file.read_bytes()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _ask(
    services: Services,
    terminal: Terminal,
    questions: Sequence[EvaluationQuestion],
    out: Path,
    answering: str | None,
) -> list[Row]:
    """Rows are written as they come, so that a run that is stopped has kept what it did."""
    from rich.progress import Progress

    rows: list[Row] = []
    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=terminal.err, transient=True) as progress, out.open("w", encoding="utf-8") as file:
        task = progress.add_task(terminal.text("Asking", "提问"), total=len(questions))
        for question in questions:
            row = await _row(services, question, answering)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            rows.append(row)
            progress.advance(task)
    return rows


async def _row(services: Services, question: EvaluationQuestion, answering: str | None) -> Row:
    from rag.evaluation.runs import answer_row, retrieval_row

    if answering is None:
        found = await services.retriever.retrieve(question.query, collection=COLLECTION)
        return retrieval_row(question.id, found, str)
    extractive = answering == "extractive"
    answer = await services.answerer.answer(question.query, collection=COLLECTION, extractive=extractive)
    return answer_row(question.id, answer, str)


def _report(terminal: Terminal, questions: Sequence[EvaluationQuestion], rows: Sequence[Row], out: Path) -> None:
    from rich.table import Table

    from rag.evaluation.measures import means

    found = means(zip(questions, rows, strict=True))
    groups = sorted(found)
    table = Table(box=None, pad_edge=False)
    table.add_column(terminal.text("measure, %", "指标，%"))
    for group in groups:
        table.add_column(group, justify="right")
    for name in found.get("all", {}):
        table.add_row(name, *(_cell(found[group].get(name)) for group in groups))
    terminal.out.print(table)
    times = sorted(row["latency_s"] for row in rows if row.get("latency_s") is not None)
    if times:
        terminal.out.print(
            terminal.text("median seconds a question", "每题用时中位数（秒）") + f": {times[len(times) // 2]:.2f}"
        )
    terminal.out.print(f"{len(rows)} → {out}", markup=False)


def _cell(measured: tuple[float, int] | None) -> str:
    return "" if measured is None else f"{100 * measured[0]:.1f} ({measured[1]})"

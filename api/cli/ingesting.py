"""`chuchu ingest`: hand in files and folders, watch the work, say what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.connection import connected
from api.cli.filtering import metadata_from
from api.cli.job_states import ACTIVE, POLL_S, stage
from api.cli.terminal import Terminal
from rag.errors import FileNotFound, FileRejected, FileUnreadable, UrlRejected, UrlUnreachable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from api.client import Client
    from api.schemas import JobOut, SubmissionOut

WINDOW = 8
"""Files under way at a time: enough to keep parser and embedder busy, few enough to watch."""
_MAILS = ("message/rfc822", "application/vnd.ms-outlook")
_OUTCOMES = {"succeeded": "read", "quarantined": "quarantined", "paused": "paused"}


Source = Path | str
"""A file, or the URL of one; what is attached to a mail is named below it."""


def is_url(given: str) -> bool:
    return given.lower().startswith(("http://", "https://"))


@dataclass
class Result:
    """What became of one file."""

    path: Source
    outcome: str = "failed"
    passages: int = 0
    reason: str = ""
    mail: Source | None = None
    """The file that it came with, as an attachment."""


@dataclass
class _UnderWay:
    result: Result
    name: str
    job_id: str
    task: TaskID


@dataclass(frozen=True)
class Shelf:
    """Where the files go, and what is said about them; None leaves what was said before."""

    collection: str
    metadata: Mapping[str, str] | None = None


@dataclass
class _Found:
    """Files to ingest, and how many hidden ones were passed over in folders."""

    files: list[Source] = field(default_factory=list)
    hidden: int = 0


def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders and URLs. 文件、文件夹与网址。")],
    collection: Annotated[str, typer.Option(help="Collection to put them into. 放入的文档集。")] = "default",
    tag: Annotated[list[str] | None, typer.Option(help="Tag of these documents. 这些文档的标签，可重复。")] = None,
    date: Annotated[str | None, typer.Option(help="Date of these documents, as 2024-05-31. 这些文档的日期。")] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option(
            help="Metadata of these documents, key=value. Whatever is given here replaces what they had. "
            "这些文档的元数据；给出时替换原有的全部元数据。"
        ),
    ] = None,
) -> None:
    """Read files, folders and URLs; unchanged ones cost nothing. 导入文件、文件夹与网址，未变的不重做。"""
    found = _find(paths)
    metadata = metadata_from(tag, date, meta)
    with connected() as (client, terminal):
        results = ingest_files(client, terminal, found.files, Shelf(collection, metadata), hidden=found.hidden)
    if any(result.outcome in ("failed", "quarantined") for result in results):
        raise typer.Exit(1)


def ingest_files(
    client: Client, terminal: Terminal, files: Sequence[Source], shelf: Shelf, *, hidden: int = 0
) -> list[Result]:
    """Hand in the files, show their progress, and close with the table of what became of each."""
    results = run_files(client, terminal, files, shelf)
    _report(terminal, results, hidden)
    return results


def _find(paths: Sequence[str]) -> _Found:
    """Every regular file below the paths, in order. Raises FileNotFound before anything is read."""
    found = _Found()
    for given in paths:
        path = Path(given)
        if is_url(given):
            found.files.append(given)
        elif path.is_dir():
            for inner in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
                if inner.is_file():
                    found.hidden += hidden
                    found.files += [] if hidden else [inner]
        elif path.exists():
            found.files.append(path)
        else:
            raise FileNotFound(path=str(path))
    return found


def run_files(client: Client, terminal: Terminal, files: Sequence[Source], shelf: Shelf) -> list[Result]:
    """Hand in the files and show their progress; what became of each, in the files' order."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.err, transient=True) as progress:
        overall = progress.add_task(terminal.text("All files", "全部文件"), total=len(files))
        results = []
        for result in _worked_off(client, terminal, files, shelf, progress):
            progress.advance(overall)
            results.append(result)
    order = {path: place for place, path in enumerate(files)}
    return sorted(results, key=lambda result: order[result.path if result.mail is None else result.mail])


def _worked_off(
    client: Client, terminal: Terminal, files: Sequence[Source], shelf: Shelf, progress: Progress
) -> Iterator[Result]:
    """Results as they come; at most WINDOW files are under way, and what is attached to them."""
    waiting = list(reversed(files))
    under_way: list[_UnderWay] = []
    while waiting or under_way:
        while waiting and len(under_way) < WINDOW:
            started = _submit(client, terminal, waiting.pop(), shelf, progress, bulk=len(files) > 1)
            if isinstance(started, Result):
                yield started
            else:
                under_way.append(started)
        for work in list(under_way):
            job = client.job(work.job_id)
            if _ended(terminal, job, work, progress):
                under_way.remove(work)
                under_way += _attached(client, job, work.result, progress)
                yield work.result
        if under_way:
            time.sleep(POLL_S)


def _submit(
    client: Client, terminal: Terminal, source: Source, shelf: Shelf, progress: Progress, *, bulk: bool
) -> Result | _UnderWay:
    result = Result(source)
    try:
        submission = _handed_in(client, source, shelf, bulk)
    except OSError as error:
        result.reason = FileUnreadable(media_type="file", reason=error.strerror or str(error)).message(
            terminal.language
        )
        return result
    except (FileRejected, UrlRejected, UrlUnreachable) as error:
        result.reason = error.message(terminal.language)
        return result
    if submission.job is None:
        result.outcome = "unchanged"
        return result
    return _UnderWay(result, _shown(source), submission.job.id, progress.add_task(_shown(source), total=None))


def _attached(client: Client, job: JobOut, mail: Result, progress: Progress) -> Iterator[_UnderWay]:
    """What hangs on a mail is read once the mail was; what is unchanged since before is not read again."""
    if job.media_type not in _MAILS or job.status != "succeeded":
        return
    for attachment in client.document(job.document_id).attachments:
        inner = attachment.job
        if inner is not None and inner.created_at >= job.created_at:
            result = Result(f"{mail.path} › {inner.name}", mail=mail.path if mail.mail is None else mail.mail)
            yield _UnderWay(result, inner.name, inner.id, progress.add_task(inner.name, total=None))


def _handed_in(client: Client, source: Source, shelf: Shelf, bulk: bool) -> SubmissionOut:
    if isinstance(source, str):
        return client.submit_url(source, collection=shelf.collection, metadata=shelf.metadata)
    with source.open("rb") as file:
        return client.submit(
            file,
            name=source.name,
            uri=source.resolve().as_uri(),
            collection=shelf.collection,
            metadata=shelf.metadata,
            bulk=bulk,
        )


def _shown(source: Source) -> str:
    return source if isinstance(source, str) else source.name


def _ended(terminal: Terminal, job: JobOut, work: _UnderWay, progress: Progress) -> bool:
    """Show how far a job is; whether it has ended."""
    doing = stage(terminal, job)
    description = f"{work.name} · {doing}" if doing else work.name
    progress.update(work.task, completed=job.done, total=job.total or None, description=description)
    if job.status in ACTIVE:
        return False
    progress.remove_task(work.task)
    work.result.outcome = _OUTCOMES.get(job.status, "failed")
    work.result.passages = job.total
    if job.failure is not None:
        work.result.reason = job.failure.message
    return True


def _report(terminal: Terminal, results: Sequence[Result], hidden: int) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for english, chinese in (("file", "文件"), ("result", "结果"), ("passages", "段落"), ("reason", "原因")):
        table.add_column(terminal.text(english, chinese), overflow="fold")
    names = {
        "read": ("read", "已读取"),
        "unchanged": ("unchanged", "未变化"),
        "quarantined": ("quarantined", "已隔离"),
        "paused": ("paused", "已暂停"),
        "failed": ("failed", "失败"),
    }
    for result in results:
        passages = str(result.passages) if result.outcome == "read" else ""
        cells = (str(result.path), terminal.text(*names[result.outcome]), passages, result.reason)
        table.add_row(*(Text(cell) for cell in cells))
    terminal.out.print(table)
    counts = {name: sum(result.outcome == name for result in results) for name in names}
    summary = terminal.text(
        "{read} read, {unchanged} unchanged, {failed} failed", "读取 {read}，未变化 {unchanged}，失败 {failed}"
    ).format(**counts)
    if counts["quarantined"]:
        summary += terminal.text(
            f", {counts['quarantined']} quarantined (`chuchu documents release` lets one in)",
            f"，隔离 {counts['quarantined']}（可用 `chuchu documents release` 放行）",
        )
    passed_over = terminal.text(f"; {hidden} hidden files passed over", f"；跳过隐藏文件 {hidden} 个") if hidden else ""
    terminal.out.print(summary + passed_over)

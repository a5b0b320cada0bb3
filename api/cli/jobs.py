"""`chuchu jobs`: the work on files - what waits, what runs, what failed - and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.asking import AsJson
from api.cli.connection import connected
from api.cli.job_states import print_outcome, stage, status, waited_for
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.schemas import JobOut

app = typer.Typer(
    no_args_is_help=True, help="List, pause, resume, cancel and retry jobs. 列出、暂停、继续、取消与重试任务。"
)

JobIds = Annotated[list[str], typer.Argument(help="Ids of jobs, from `jobs list`. 任务编号。")]
Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", help="Only these: queued, running, paused, failed, quarantined … 仅限这些状态。"),
]


@app.command("list")
def list_jobs(status: Statuses = None, as_json: AsJson = False) -> None:
    """Jobs, the newest first, with their reasons. 列出任务及失败原因，最新的在前。"""
    with connected() as (client, terminal):
        jobs = list(client.jobs(status or ()))
    if as_json:
        print("[" + ",\n".join(job.model_dump_json() for job in jobs) + "]")
        return
    _table(terminal, jobs)


@app.command()
def pause(job_ids: JobIds) -> None:
    """Leave files be until they are resumed. 暂停任务。"""
    _act(job_ids, "pause")


@app.command()
def resume(job_ids: JobIds) -> None:
    """Go on with paused jobs. 继续已暂停的任务。"""
    _act(job_ids, "resume")


@app.command()
def cancel(job_ids: JobIds) -> None:
    """Stop the work on files for good. 取消任务。"""
    _act(job_ids, "cancel")


@app.command()
def retry(job_ids: JobIds) -> None:
    """Read files again that failed, and wait for them. 重试失败的任务并等待结果。"""
    with connected() as (client, terminal):
        again = [client.act_on_job(job_id, "retry") for job_id in job_ids]
        ended = [waited_for(client, job) for job in again]
        for job in ended:
            print_outcome(terminal, job)
    if any(job.status != "succeeded" for job in ended):
        raise typer.Exit(1)


def _act(job_ids: list[str], action: Literal["pause", "resume", "cancel"]) -> None:
    with connected() as (client, terminal):
        for job_id in job_ids:
            print_outcome(terminal, client.act_on_job(job_id, action))


def _table(terminal: Terminal, jobs: list[JobOut]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column(terminal.text("id", "编号"), no_wrap=True)
    columns = (("file", "文件"), ("collection", "文档集"), ("state", "状态"), ("progress", "进度"), ("reason", "原因"))
    for english, chinese in columns:
        table.add_column(terminal.text(english, chinese), overflow="fold")
    for job in jobs:
        doing = stage(terminal, job)
        progress = f"{doing} {job.done}/{job.total}" if job.total else doing
        reason = job.failure.message if job.failure else ""
        cells = (job.id, job.name, job.collection, status(terminal, job), progress, reason)
        table.add_row(*(Text(cell) for cell in cells))
    terminal.out.print(table)

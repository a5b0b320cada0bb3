"""`chuchu`: the commands, and how their errors end: one line on stderr and a non-zero status."""

from __future__ import annotations

import io
import os
import sys

import typer

from api.cli import (
    asking,
    chatting,
    comparing,
    documents,
    evaluating,
    ingesting,
    jobs,
    models,
    parsing,
    serving,
    summarizing,
    syncing,
)
from api.cli.terminal import Terminal
from rag.errors import ChuchuError, InternalError
from rag.models.openmp import let_barriers_sleep

app = typer.Typer(
    name="chuchu",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Answers over your own documents, with the words behind each sentence. 依据文档回答，句句有出处。",
)
app.command("ingest")(ingesting.ingest)
app.command("parse")(parsing.parse)
app.command("sync")(syncing.sync)
app.command("search")(asking.search)
app.command("ask")(asking.ask)
app.command("chat")(chatting.chat)
app.command("summarize")(summarizing.summarize)
app.command("compare")(comparing.compare)
app.command("serve")(serving.serve)
app.command("worker")(serving.worker)
app.add_typer(models.app, name="models")
app.add_typer(documents.app, name="documents")
app.add_typer(jobs.app, name="jobs")
app.add_typer(evaluating.app, name="eval")


def main() -> None:
    let_barriers_sleep()
    _print_whatever_comes()
    try:
        app()
    except ChuchuError as error:
        Terminal.plain().error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("CHUCHU_DEBUG"):
            raise
        Terminal.plain().error(InternalError(reason=f"{type(error).__name__}: {error}"))
        sys.exit(1)


def _print_whatever_comes() -> None:
    """A file name that is not UTF-8, or a `✓` in a terminal that has none, is written out and ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

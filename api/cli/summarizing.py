"""`chuchu summarize`: what one document says in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import AsJson, show_citations, show_event, show_remarks
from api.cli.connection import connected
from api.cli.naming import document_id_of
from api.cli.terminal import Terminal
from rag.answering.whole.records import SummaryLength

if TYPE_CHECKING:
    from api.schemas import SummaryOut

LANGUAGES = ("en", "zh")


def summarize(
    document: Annotated[str, typer.Argument(help="Id, title or file name of the document. 文档的编号、标题或文件名。")],
    length: Annotated[SummaryLength, typer.Option(help="How long it may be. 摘要长度。")] = SummaryLength.MEDIUM,
    language: Annotated[
        str | None, typer.Option(help="en or zh; by default the document's own. en 或 zh，默认为文档的语言。")
    ] = None,
    extractive: Annotated[
        bool,
        typer.Option(help="Only the document's own sentences, without the chat model. 只用文档原句，不用对话模型。"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a document says in short, with the words behind every sentence. 概述一个文档，逐句给出处。"""
    from api.schemas import SummaryOut

    if language not in (None, *LANGUAGES):
        raise typer.BadParameter("en, zh", param_hint="--language")
    with connected() as (client, terminal):
        waiting = terminal.err.status(terminal.text("Reading the document …", "正在阅读文档……"))
        waiting.start()
        summary: SummaryOut | None = None
        try:
            chosen = document_id_of(client, document)
            for name, payload in client.summary_events(
                chosen, length=length.value, language=language, extractive=extractive
            ):
                if name == "progress":
                    waiting.update(_progress(terminal, payload))
                elif name == "summary":
                    summary = SummaryOut.model_validate(payload["summary"])
        finally:
            waiting.stop()
    assert summary is not None
    if as_json:
        print(summary.model_dump_json(indent=2))
        return
    _show(terminal, summary)


def _progress(terminal: Terminal, payload: dict[str, Any]) -> str:
    done, total = payload["done"], payload["total"]
    if done == total:
        return terminal.text("Writing the summary …", "正在撰写摘要……")
    return terminal.text(f"Reading part {done + 1} of {total} …", f"正在阅读第 {done + 1}/{total} 部分……")


def _show(terminal: Terminal, summary: SummaryOut) -> None:
    """Not as it is written: notes that become no text are replaced, and a terminal cannot take back what it printed."""
    if summary.title:
        terminal.out.print(summary.title, markup=False, style="bold")
    for sentence in summary.sentences:
        show_event(terminal, "sentence", {"held_back": False, "sentence": sentence.model_dump(mode="json")})
    show_remarks(terminal, summary.notices, len(summary.dropped))
    if summary.coverage:
        for heading in summary.coverage.left_out:
            left_out = terminal.text(f"  not read: {heading}", f"  未阅读：{heading}")
            terminal.out.print(left_out, markup=False, style="yellow")
    if not summary.sentences:
        terminal.out.print(terminal.text("It holds no text to summarise.", "其中没有可供概述的文字。"))
    show_citations(terminal, summary.citations)

"""`chuchu documents`: what is there, in which state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.asking import AsJson, Collection
from api.cli.connection import connected
from api.cli.filtering import metadata_from
from api.cli.job_states import ACTIVE, print_outcome, status, waited_for
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.schemas import DocumentOut, VersionOut

app = typer.Typer(no_args_is_help=True, help="List, show, release and delete documents. 列出、查看、放行与删除文档。")

_ATTACHED = "↳ "

DocumentId = Annotated[str, typer.Argument(help="Id of the document, from `documents list`. 文档编号。")]


@app.command("list")
def list_documents(collection: Collection = None, as_json: AsJson = False) -> None:
    """All documents, with their state. 列出所有文档及其状态。"""
    with connected() as (client, terminal):
        documents = list(client.documents(collection))
    if as_json:
        print("[" + ",\n".join(document.model_dump_json() for document in documents) + "]")
        return
    _table(terminal, documents)


@app.command()
def show(document_id: DocumentId) -> None:
    """One document with its versions, as JSON. 以 JSON 显示一个文档及其各版本。"""
    with connected() as (client, _):
        print(client.document(document_id).model_dump_json(indent=2))


@app.command()
def describe(
    document_id: DocumentId,
    tag: Annotated[list[str] | None, typer.Option(help="Tag of the document. 文档的标签，可重复。")] = None,
    date: Annotated[str | None, typer.Option(help="Date of the document, as 2024-05-31. 文档的日期。")] = None,
    meta: Annotated[list[str] | None, typer.Option(help="Metadata, key=value. 元数据，key=value。")] = None,
) -> None:
    """Replace a document's metadata, which filters ask for. 替换文档的元数据（供筛选使用）。"""
    with connected() as (client, terminal):
        client.describe(document_id, metadata_from(tag, date, meta) or {})
        terminal.out.print(terminal.text(f"Described {document_id}.", f"已更新 {document_id} 的元数据。"))


def release(document_id: DocumentId) -> None:
    """Index a document that is held in quarantine, as it is. 按现状放行被隔离的文档。"""
    with connected() as (client, terminal):
        job = waited_for(client, client.release(document_id))
        print_outcome(terminal, job)
    if job.status != "succeeded":
        raise typer.Exit(1)


@app.command()
def delete(document_id: DocumentId) -> None:
    """Delete a document, its passages and its file. 删除文档及其段落与文件。"""
    with connected() as (client, terminal):
        client.delete(document_id)
        terminal.out.print(terminal.text(f"Deleted {document_id}.", f"已删除 {document_id}。"))


def _table(terminal: Terminal, documents: list[DocumentOut]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column(terminal.text("id", "编号"), no_wrap=True)
    for english, chinese in (("title", "标题"), ("collection", "文档集"), ("state", "状态")):
        table.add_column(terminal.text(english, chinese), overflow="fold")
    for english, chinese in (("passages", "段落"), ("pages", "页")):
        table.add_column(terminal.text(english, chinese), justify="right")
    for depth, document in in_order_of_attachment(documents):
        version = document.live_version
        counts = (str(version.passages), str(version.pages or "")) if version else ("", "")
        cells = (
            document.id,
            _ATTACHED * depth + _name(document),
            document.collection,
            state(terminal, document),
            *counts,
        )
        table.add_row(*(Text(cell) for cell in cells))
    terminal.out.print(table)


def in_order_of_attachment(documents: Sequence[DocumentOut]) -> Iterator[tuple[int, DocumentOut]]:
    """The documents in their order, but each after what it is attached to, and how deep it hangs there."""
    here = {document.id for document in documents}
    hanging: dict[str | None, list[DocumentOut]] = defaultdict(list)
    for document in documents:
        hanging[document.parent_id if document.parent_id in here else None].append(document)

    def below(parent: str | None, depth: int) -> Iterator[tuple[int, DocumentOut]]:
        for document in hanging[parent]:
            yield depth, document
            yield from below(document.id, depth + 1)

    return below(None, 0)


def _name(document: DocumentOut) -> str:
    """The title, which is known once a version has been read; until then the file's name."""
    return document.title or (document.job.name if document.job else "")


def state(terminal: Terminal, document: DocumentOut) -> str:
    """What a person wants to know: can it be asked about, and if not, why."""
    job = document.job
    if job is not None and job.failure is not None:
        older = terminal.text(" (an older version is live)", "（旧版本仍有效）") if document.live_version else ""
        return f"{status(terminal, job)}: {job.failure.message}{older}"
    if job is not None and job.status in (*ACTIVE, "paused"):
        return status(terminal, job)
    if document.live_version is None:
        return terminal.text("cancelled", "已取消")
    return terminal.text("live", "可用") + _likeness(terminal, document.live_version)


def _likeness(terminal: Terminal, version: VersionOut) -> str:
    """That another document says nearly the same."""
    if not version.near_duplicates:
        return ""
    nearest = version.near_duplicates[0]
    name = nearest.title or nearest.document_id
    return terminal.text(f", {nearest.likeness:.0%} like {name}", f"，与《{name}》{nearest.likeness:.0%} 相同")

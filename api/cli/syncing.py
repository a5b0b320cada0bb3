"""`chuchu sync`: a collection is made to agree with a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.connection import connected
from api.cli.ingesting import Result, Shelf, run_files
from api.cli.terminal import Terminal
from rag.errors import FileNotFound

if TYPE_CHECKING:
    from api.client import Client
    from api.schemas import DocumentOut
    from ingest.folders import FolderPlan, KnownDocument


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the closing table."""

    what: str
    action: tuple[str, str]
    detail: str = ""


_ADDED, _CHANGED = ("added", "新增"), ("changed", "已更新")
_MOVED, _DELETED = ("moved", "已移动"), ("deleted", "已删除")
_FAILED = {"failed": ("failed", "失败"), "quarantined": ("quarantined", "已隔离")}


def sync(
    folder: Annotated[Path, typer.Argument(help="The folder. 文件夹。")],
    collection: Annotated[str, typer.Option(help="Collection to keep in step. 对应的文档集。")] = "default",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, change nothing. 只显示，不改动。")] = False,
    delete_all: Annotated[
        bool, typer.Option("--delete-all", help="Also when the folder is empty. 文件夹为空时也删除。")
    ] = False,
) -> None:
    """Apply additions, changes, renames and deletions of a folder. 将文件夹的增、改、移、删同步到文档集。"""
    from ingest.folders import FolderScan, plan

    place = folder.resolve()
    try:
        files = FolderScan(place).files()
    except OSError as error:
        raise FileNotFound(path=str(folder)) from error
    with connected() as (client, terminal):
        known = [_known(document) for document in client.documents(collection)]
        todo = plan(place, files, known, delete_all=delete_all)
        rows = _planned(todo) if dry_run else _applied(client, terminal, todo, collection)
        _report(terminal, place, rows, len(todo.unchanged), dry_run)
    if any(row.action in _FAILED.values() for row in rows):
        raise typer.Exit(1)


def _known(document: DocumentOut) -> KnownDocument:
    """With the hash of the last submission: a file that failed is handed in again when it has changed."""
    from ingest.folders import KnownDocument

    last = document.job or document.live_version
    return KnownDocument(document.id, document.uri, last.content_hash if last else "")


def _planned(todo: FolderPlan) -> list[_Row]:
    return [
        *(_Row(str(path), _ADDED) for path in todo.added),
        *(_Row(str(path), _CHANGED) for path in todo.changed),
        *(_Row(str(path), _MOVED, document.uri) for document, path in todo.moved),
        *(_Row(document.uri, _DELETED) for document in todo.deleted),
    ]


def _applied(client: Client, terminal: Terminal, todo: FolderPlan, collection: str) -> list[_Row]:
    """Moves first: what was moved is not to be found missing meanwhile. Deletions last, for the same reason."""
    for document, path in todo.moved:
        client.move(document.id, path.as_uri())
    files = [*todo.added, *todo.changed]
    results = run_files(client, terminal, files, Shelf(collection)) if files else []
    for document in todo.deleted:
        client.delete(document.id)
    failed = {str(result.path): result for result in results if result.outcome in _FAILED}
    return [_with_outcome(row, failed.get(row.what)) for row in _planned(todo)]


def _with_outcome(row: _Row, failed: Result | None) -> _Row:
    return _Row(row.what, _FAILED[failed.outcome], failed.reason) if failed else row


def _report(terminal: Terminal, folder: Path, rows: Sequence[_Row], unchanged: int, dry_run: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for english, chinese in (("file", "文件"), ("action", "操作"), ("from / reason", "来源／原因")):
        table.add_column(terminal.text(english, chinese), overflow="fold")
    for row in rows:
        table.add_row(Text(_shown(row.what, folder)), terminal.text(*row.action), Text(_shown(row.detail, folder)))
    if rows:
        terminal.out.print(table)
    kinds = (_ADDED, _CHANGED, _MOVED, _DELETED, *_FAILED.values())
    counts = [f"{sum(row.action == kind for row in rows)} {terminal.text(*kind)}" for kind in kinds]
    counts.append(f"{unchanged} {terminal.text('unchanged', '未变化')}")
    would = terminal.text(" (dry run: nothing was done)", "（演练：未做任何改动）") if dry_run else ""
    terminal.out.print(", ".join(counts) + would, markup=False)


def _shown(place: str, folder: Path) -> str:
    """Relative to the folder, where it lies in it."""
    return place.removeprefix(folder.as_uri() + "/").removeprefix(f"{folder}/")

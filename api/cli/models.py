"""`chuchu models`: the weights on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.terminal import Terminal
from rag.errors import ModelCorrupt, ModelMissing
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from rag.models.catalogue import ModelCard

app = typer.Typer(no_args_is_help=True, help="List, fetch and verify model weights. 列出、下载与校验模型权重。")

Names = Annotated[list[str] | None, typer.Argument(help="Names; default: those of the settings. 名称，默认取自设置。")]


@app.command("list")
def list_models() -> None:
    """The catalogue, and what of it is here. 列出模型目录及本机已有的模型。"""
    from rich.table import Table

    from rag.models.catalogue import catalogue
    from rag.models.weights import is_installed

    settings = load_settings()
    terminal = Terminal.of(settings)
    used = {card.name for card in _of_settings(settings)}
    table = Table(box=None, pad_edge=False)
    for english, chinese in (
        ("name", "名称"),
        ("role", "用途"),
        ("size", "大小"),
        ("here", "本机"),
        ("licence", "许可"),
    ):
        table.add_column(terminal.text(english, chinese))
    for card in catalogue().values():
        here = terminal.text("yes", "有") if is_installed(card, settings.models_dir) else terminal.text("no", "无")
        chosen = terminal.text(" (in use)", "（使用中）") if card.name in used else ""
        table.add_row(card.name + chosen, card.role, f"{card.size_bytes / 1e6:,.0f} MB", here, card.licence)
    terminal.out.print(table)


@app.command()
def fetch(
    names: Names = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder to look into first. 优先查找的文件夹。")
    ] = None,
) -> None:
    """Bring weights here, from the first source that answers. 从首个可用来源下载权重。"""
    from rag.models.fetching import fetch as fetch_model

    settings = load_settings()
    terminal = Terminal.of(settings)
    for card in _named(names, settings):
        with _progress(terminal, card.name) as show:
            place = fetch_model(card, settings.models_dir, progress=show, folder=source)
        _prepare(card, place, settings, terminal)
        terminal.out.print(f"{card.name}: {place}", markup=False)


def _prepare(card: ModelCard, place: Path, settings: Settings, terminal: Terminal) -> None:
    """Make the 8-bit weights of the embedder in use now, so that the first import need not wait for them."""
    if card.name != settings.embedding.model or card.role != "embedding":
        return
    from rag.models.factory import prepare_int8

    with terminal.err.status(terminal.text(f"preparing {card.name}", f"正在准备 {card.name}")):
        prepare_int8(settings.embedding, place, settings.models_dir, card.weights_revision)


@app.command()
def verify(names: Names = None) -> None:
    """Hash the weights that are here against the catalogue. 按目录校验本机权重的 SHA-256。"""
    from rag.models.weights import verify as verify_model

    settings = load_settings()
    terminal = Terminal.of(settings)
    failed = False
    for card in _named(names, settings):
        try:
            with terminal.err.status(card.name):
                verify_model(card, settings.models_dir)
            terminal.out.print(f"{card.name}: {terminal.text('whole', '完整')}", markup=False)
        except (ModelMissing, ModelCorrupt) as error:
            failed = True
            terminal.error(error)
    if failed:
        raise typer.Exit(1)


def _named(names: list[str] | None, settings: Settings) -> list[ModelCard]:
    from rag.models.catalogue import find_card

    return [find_card(name) for name in names] if names else _of_settings(settings)


def _of_settings(settings: Settings) -> list[ModelCard]:
    """The catalogue's models that the settings use: an endpoint or a folder of one's own needs no fetching."""
    from rag.models.catalogue import catalogue

    wanted = []
    if settings.embedding.backend == "sentence-transformers":
        wanted.append(settings.embedding.model)
    if settings.chat.backend in ("llama-cpp", "transformers"):
        wanted.append(settings.chat.model)
    return [catalogue()[name] for name in wanted if name in catalogue()]


@contextmanager
def _progress(terminal: Terminal, name: str) -> Iterator[_Show]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=terminal.err, transient=True) as progress:
        yield _Show(progress, name)


class _Show:
    """The fetcher's progress as bars, one for each file that arrives."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done_bytes: int, total_bytes: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(f"{self._name} {what}", total=total_bytes)
        self._progress.update(self._tasks[what], completed=done_bytes, total=total_bytes)

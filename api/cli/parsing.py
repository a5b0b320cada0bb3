"""`chuchu parse`: what we understand of a file, before anybody asks about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.asking import AsJson
from api.cli.terminal import Terminal
from rag.documents import Element, ElementKind
from rag.errors import FileNotFound
from rag.settings import load_settings

if TYPE_CHECKING:
    from ingest.inspection import Inspection, OnPage, PageRead

_KINDS = {
    ElementKind.TITLE: ("title", "标题"),
    ElementKind.PARAGRAPH: ("text", "正文"),
    ElementKind.LIST_ITEM: ("item", "列表项"),
    ElementKind.TABLE: ("table", "表格"),
    ElementKind.CAPTION: ("caption", "图注"),
    ElementKind.CODE: ("code", "代码"),
    ElementKind.FURNITURE: ("repeated", "页眉页脚"),
}


def parse(
    path: Annotated[Path, typer.Argument(help="The file. 文件。")],
    as_json: AsJson = False,
) -> None:
    """Show what is understood of a file: text, elements, tables, pages, quality. 显示对文件的解析结果。"""
    if not path.is_file():
        raise FileNotFound(path=str(path))
    from ingest.inspection import inspect

    settings = load_settings()
    terminal = Terminal.of(settings)
    with _pages_told(terminal) as page_done:
        inspection = asyncio.run(inspect(path, settings, page_done))
    if as_json:
        print(json.dumps(inspection.to_json(), ensure_ascii=False, indent=1))
        return
    _print(terminal, path, inspection)


@contextmanager
def _pages_told(terminal: Terminal) -> Iterator[OnPage]:
    """A bar over the pages; what is called with each."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.err, transient=True) as progress:
        reading = terminal.text("Reading pages", "读取页面")
        recognising = terminal.text("Recognising text", "识别文字")
        task = progress.add_task(reading, total=None)

        def page_done(page: PageRead) -> None:
            what = recognising if page.recognised else reading
            progress.update(task, description=what, completed=page.number, total=page.total)

        yield page_done


def _print(terminal: Terminal, path: Path, inspection: Inspection) -> None:
    document = inspection.document
    for line in _summary(terminal, path, inspection):
        print(line)
    for warning in document.warnings:
        print(f"{terminal.text('note', '提示')}: {warning}")
    print()
    for element in document.elements:
        print(_shown(terminal, element, document.text))


def _summary(terminal: Terminal, path: Path, inspection: Inspection) -> list[str]:
    document = inspection.document
    facts = [
        (terminal.text("file", "文件"), f"{path.name}, {inspection.media_type}"),
        (terminal.text("title", "标题"), document.title or "–"),
        (terminal.text("read by", "解析器"), document.parser),
        (terminal.text("characters", "字符数"), f"{len(document.text):,}"),
    ]
    if document.pages:
        facts.append((terminal.text("pages", "页数"), _pages(terminal, inspection)))
    facts.append((terminal.text("elements", "元素"), _elements(terminal, inspection)))
    if inspection.attachments:
        facts.append((terminal.text("attached", "附件"), ", ".join(one.name for one in inspection.attachments)))
    facts.append((terminal.text("quality", "质量"), _quality(terminal, inspection)))
    return [f"{name}: {value}" for name, value in facts]


def _pages(terminal: Terminal, inspection: Inspection) -> str:
    pages = inspection.document.pages
    recognised = [page.confidence for page in pages if page.confidence is not None]
    if not recognised:
        return str(len(pages))
    mean = sum(recognised) / len(recognised)
    return terminal.text(
        f"{len(pages)}, {len(recognised)} of them recognised with confidence {mean:.0%}",
        f"{len(pages)}，其中 {len(recognised)} 页经文字识别，置信度 {mean:.0%}",
    )


def _elements(terminal: Terminal, inspection: Inspection) -> str:
    kinds = [element.kind for element in inspection.document.elements]
    return ", ".join(f"{kinds.count(kind)} {terminal.text(*_KINDS[kind])}" for kind in dict.fromkeys(kinds)) or "0"


def _quality(terminal: Terminal, inspection: Inspection) -> str:
    if inspection.refusal is not None:
        return inspection.refusal.message(terminal.language)
    readable, garbled = inspection.quality.readable_share, inspection.quality.garbled_share
    return terminal.text(
        f"{readable:.1%} letters and digits, {garbled:.1%} unreadable",
        f"字母和数字 {readable:.1%}，不可辨认 {garbled:.1%}",
    )


def _shown(terminal: Terminal, element: Element, text: str) -> str:
    """The element below its kind, page and headings, indented."""
    page = "" if element.page is None else terminal.text(f" p. {element.page}", f" 第 {element.page} 页")
    path = " › ".join(element.heading_path)
    above = f" · {path}" if path else ""
    inside = "\n".join(f"    {line}" for line in element.span.of(text).split("\n"))
    return f"[{terminal.text(*_KINDS[element.kind])}{page}]{above}\n{inside}"

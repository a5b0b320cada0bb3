"""`chuchu serve` and `chuchu worker`: the processes that stay."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.terminal import Terminal
from rag.settings import load_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. 监听地址。")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. 监听端口。", min=0, max=65535)] = None,
) -> None:
    """API, page and worker in one process. 在一个进程中运行 API、网页与导入任务。"""
    settings = load_settings()
    terminal = Terminal.of(settings)
    terminal.err.print(terminal.text("Chuchu is starting …", "Chuchu 正在启动……"))
    from api import server

    address, number = host or settings.api.host, settings.api.port if port is None else port
    server.serve(settings, address, number, lambda url: _announce(terminal, url))
    terminal.err.print(terminal.text("Stopped.", "已停止。"))


def worker() -> None:
    """Work on submitted files, beside API processes that do not. 只运行导入任务（与 API 进程分开部署时使用）。"""
    settings = load_settings()
    terminal = Terminal.of(settings)
    terminal.err.print(terminal.text("The worker is starting …", "导入进程正在启动……"))
    from api import worker as process

    process.run(settings)


def _announce(terminal: Terminal, url: str) -> None:
    terminal.err.print(
        terminal.text(
            f"Ready: {url}/ is the page, {url}/docs the API. Ctrl-C stops it.",
            f"已就绪：网页 {url}/，API 文档 {url}/docs。按 Ctrl-C 停止。",
        )
    )

"""Reaching the data: through the server that owns it, or as its owner for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from api.cli.terminal import Terminal
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.client import Client


@contextmanager
def connected() -> Iterator[tuple[Client, Terminal]]:
    """A client of the running server, or of a private one; loading models takes seconds and says so."""
    settings = load_settings()
    terminal = Terminal.of(settings)
    with _client(settings, terminal) as client:
        yield client, terminal


@contextmanager
def _client(settings: Settings, terminal: Terminal) -> Iterator[Client]:
    # Imported here: httpx, FastAPI and the models cost seconds that `chuchu --help` must not take.
    from api.client import Client
    from api.server import private_server, running_server

    address = running_server(settings.data_dir)
    if address is not None:
        with closing(Client(address.url, language=terminal.language)) as client:
            yield client
        return
    status = terminal.err.status(terminal.text("Loading the models …", "正在加载模型……"))
    status.start()
    try:
        with private_server(settings) as private:
            status.stop()
            made = Client(private.url, socket=private.socket, language=terminal.language)
            with closing(made) as client:
                yield client
    finally:
        status.stop()

"""Running the application: `chuchu serve`, and the private server behind a single command.

A data folder has one owner at a time. `serve` leaves a note in it that says where it listens, so that commands go to
the running server; without one, a command is its own server for as long as it runs, on a Unix socket that only its
user can reach.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn

from api.app import create_app
from api.services import Services, open_services
from rag.errors import ChuchuError, PortInUse, SettingsInvalid
from rag.settings import Settings

log = logging.getLogger("chuchu")

_NOTE = "server.json"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is reached: over TCP, or at a Unix socket."""

    url: str
    socket: Path | None = None


def serve(settings: Settings, host: str, port: int, on_listening: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Raises PortInUse, SettingsInvalid for an address that cannot be had, and whatever the services raise when they
    cannot open.
    """
    listening = listen(host, port)
    url = f"http://{_shown(host)}:{listening.getsockname()[1]}"

    def ready(server: uvicorn.Server) -> None:
        _stop_on_signals(server)
        _leave_note(settings.data_dir, url)
        on_listening(url)

    try:
        asyncio.run(_serve(settings, open_services, listening, ready, warm=True))
    finally:
        (settings.data_dir / _NOTE).unlink(missing_ok=True)


Opener = Callable[[Settings], AbstractAsyncContextManager[Services]]
"""How a server comes to its services; tests hand in others."""


@contextmanager
def private_server(settings: Settings, opener: Opener = open_services) -> Iterator[Address]:
    """A server of this process's own, in a thread, for the length of the context."""
    with tempfile.TemporaryDirectory(prefix="chuchu-") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = Path(folder) / "http.sock"
        listening.bind(str(path))
        server: Future[uvicorn.Server] = Future()
        with ThreadPoolExecutor(1, thread_name_prefix="chuchu-server") as thread:
            ended = thread.submit(_run_private, settings, opener, listening, server)
            running = server.result()
            try:
                yield Address("http://chuchu", path)
            finally:
                running.should_exit = True
                ended.result()


def running_server(data_dir: Path) -> Address | None:
    """The server that owns the data folder, if one runs and answers."""
    try:
        note = json.loads((data_dir / _NOTE).read_text(encoding="utf-8"))
        reply = httpx.get(f"{note['url']}/healthz", timeout=2.0, trust_env=False)
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError, httpx.InvalidURL):
        return None
    return Address(note["url"]) if reply.is_success else None


def _run_private(settings: Settings, opener: Opener, listening: socket.socket, server: Future[uvicorn.Server]) -> None:
    """Give the server to who waits for it - or the reason why there is none."""
    try:
        asyncio.run(_serve(settings, opener, listening, server.set_result))
    except BaseException as error:
        if server.done():
            raise
        server.set_exception(error)


async def _serve(
    settings: Settings,
    opener: Opener,
    listening: socket.socket,
    ready: Callable[[uvicorn.Server], None],
    *,
    warm: bool = False,
) -> None:
    async with opener(settings) as services:
        config = uvicorn.Config(create_app(services), log_level="warning", timeout_graceful_shutdown=5)
        server = _Server(config)
        # Whoever is told that the server is ready may connect before uvicorn gets round to listening.
        listening.listen(config.backlog)
        ready(server)
        warming = asyncio.create_task(_warmed(services)) if warm else None
        await server.serve([listening])
        if warming is not None:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)


async def _warmed(services: Services) -> None:
    """Load the models while the first visitors still read. What cannot be loaded is told to those who need it."""
    try:
        await services.warm()
    except ChuchuError as error:
        log.warning("%s", error)


class _Server(uvicorn.Server):
    """Leaves signals to us. When uvicorn has stopped, it raises the signal once more, and SIGTERM would then kill the
    process before the services are closed.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _stop_on_signals(server: uvicorn.Server) -> None:
    """SIGINT and SIGTERM let open requests end for a moment; a second SIGINT does not wait for them."""
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, server.handle_exit, signum, None)


def listen(host: str, port: int) -> socket.socket:
    """A socket that connections are taken from; port 0 is a free one. Raises PortInUse, SettingsInvalid."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only where it is; without, a reply of two writes waits for
    # the client's delayed acknowledgement, 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host=host, port=port) from error
        reason = f"{host} port {port}: {error.strerror or error}"
        raise SettingsInvalid(source="--host, --port or the settings", path="api", reason=reason) from error
    return listening


def _shown(host: str) -> str:
    """An address that a client on this machine can use."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _leave_note(data_dir: Path, url: str) -> None:
    (data_dir / _NOTE).write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")

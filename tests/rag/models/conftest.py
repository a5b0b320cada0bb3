"""Small real things for tests of models: a file server that can be told to misbehave, and files pinned by hash."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.models.sources.weight_source import ModelFile


@dataclass
class FileServer:
    """Serves `files` by path with byte ranges. Each of `cuts` breaks off one reply after so many bytes."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    status: int = 0
    delay_s: float = 0.0
    honours_ranges: bool = True
    redirects: dict[str, str] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def pinned(path: str, content: bytes) -> ModelFile:
    return ModelFile(path, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def pin() -> Callable[[str, bytes], ModelFile]:
    return pinned


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.paths.append(self.path)
            server.ranges.append(self.headers.get("Range", ""))
            time.sleep(server.delay_s)
            if self.path in server.redirects:
                self.send_response(302)
                self.send_header("Location", server.redirects[self.path])
                self.end_headers()
            elif server.status or self.path not in server.files:
                self.send_error(server.status or 404)
            else:
                self._send(server.files[self.path])

        def _send(self, content: bytes) -> None:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if server.honours_ranges else 0
            body = content[start:]
            self.send_response(206 if server.honours_ranges else 200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            self.wfile.write(body[: server.cuts.pop(0)] if server.cuts else body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = FileServer(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield server
    http.shutdown()
    thread.join()
    http.server_close()

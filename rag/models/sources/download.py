"""One file over HTTP: resumed where it was cut, hashed while it arrives, in place only when it is whole."""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.models.sources.weight_source import ModelFile, Progress, SourceUnavailable

if TYPE_CHECKING:
    import httpx

_BLOCK_BYTES = 1 << 20
_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server.

    `answer_s` bounds everything up to the first header, name resolution included, which httpx's own timeouts leave
    out: in a closed network it is the resolver that hangs. `cuts` is how often a broken transfer is taken up again.
    """

    connect_s: float = 3.0
    answer_s: float = 4.0
    read_s: float = 30.0
    cuts: int = 5


class _Cut(Exception):
    """The connection broke, or ended early."""


def download(url: str, file: ModelFile, target: Path, progress: Progress, patience: Patience = Patience()) -> None:
    """Bring `file` to `target`; what an interrupted attempt left in `target` + `.part` is not fetched again.

    Raises SourceUnavailable when the server does not answer in time, refuses, breaks off too often, or sends other
    bytes than those that `file` is pinned to.
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _client(url, patience) as client:
        for _ in range(patience.cuts + 1):
            transfer = _Transfer(part, file, progress)
            started_at = transfer.done_bytes
            try:
                transfer.run(client, url, patience.answer_s)
            except _Cut as cut:
                if transfer.done_bytes == started_at:
                    raise SourceUnavailable(f"{url}: {cut}") from cut
                continue
            if transfer.sha256 == file.sha256:
                os.replace(part, target)
                return
            part.unlink()
            if started_at == 0:
                raise SourceUnavailable(f"{url} has SHA-256 {transfer.sha256}, not {file.sha256}")
    raise SourceUnavailable(f"{url}: broke off {patience.cuts + 1} times; run it again to go on from there")


def _client(url: str, patience: Patience) -> httpx.Client:
    """A client that follows redirects, but not from https to a place that anyone on the way can read."""
    import httpx

    def refuse_downgrade(request: httpx.Request) -> None:
        if url.startswith("https:") and request.url.scheme != "https":
            raise httpx.UnsupportedProtocol(f"refused to go from https to {request.url.scheme}")

    return httpx.Client(
        timeout=httpx.Timeout(patience.read_s, connect=patience.connect_s),
        follow_redirects=True,
        max_redirects=_MOST_REDIRECTS,
        event_hooks={"request": [refuse_downgrade]},
    )


class _Transfer:
    """One attempt: appends to the part, and knows the hash and length of all of it."""

    def __init__(self, part: Path, file: ModelFile, progress: Progress) -> None:
        self._part = part
        self._file = file
        self._progress = progress
        self._hash = hashlib.sha256()
        self.done_bytes = 0
        self._read_part()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def run(self, client: httpx.Client, url: str, answer_s: float) -> None:
        if self.done_bytes == self._file.size_bytes:
            return
        # A compressed reply has other offsets than the file.
        headers = {"Range": f"bytes={self.done_bytes}-", "Accept-Encoding": "identity"}
        with _answer(client, client.build_request("GET", url, headers=headers), answer_s) as response:
            self._check_status(response)
            self._receive(response)

    def _read_part(self) -> None:
        if not self._part.is_file() or self._part.stat().st_size > self._file.size_bytes:
            return
        with self._part.open("rb") as part:
            while block := part.read(_BLOCK_BYTES):
                self._hash.update(block)
                self.done_bytes += len(block)

    def _check_status(self, response: httpx.Response) -> None:
        if response.status_code == 200:
            self._start_over()
        elif response.status_code != 206:
            raise SourceUnavailable(f"{response.url} answered {response.status_code}")
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {self.done_bytes}-"):
            raise SourceUnavailable(f"{response.url} sent another range than the one asked for")

    def _start_over(self) -> None:
        self._hash = hashlib.sha256()
        self.done_bytes = 0

    def _receive(self, response: httpx.Response) -> None:
        import httpx

        with self._part.open("ab" if self.done_bytes else "wb") as part:
            try:
                # As they come: blocks of a set size are gathered first, and a cut would lose what was gathered.
                for block in response.iter_raw():
                    self._keep(block, part.write)
            except httpx.TransportError as error:
                raise _Cut(_reason(error)) from error
        if self.done_bytes < self._file.size_bytes:
            raise _Cut(f"ended after {self.done_bytes} of {self._file.size_bytes} bytes")

    def _keep(self, block: bytes, write: Callable[[bytes], int]) -> None:
        if self.done_bytes + len(block) > self._file.size_bytes:
            self._part.unlink()
            raise SourceUnavailable(f"{self._file.path} is longer there than {self._file.size_bytes} bytes")
        write(block)
        self._hash.update(block)
        self.done_bytes += len(block)
        self._progress(self._file.path, self.done_bytes, self._file.size_bytes)


@contextmanager
def _answer(client: httpx.Client, request: httpx.Request, answer_s: float) -> Iterator[httpx.Response]:
    """The reply to a request, its body not yet read, or SourceUnavailable once `answer_s` have passed.

    A thread of its own, because a hanging name resolution cannot be interrupted; it is left behind then.
    """
    answers: queue.SimpleQueue[httpx.Response | Exception] = queue.SimpleQueue()

    def send() -> None:
        try:
            answers.put(client.send(request, stream=True))
        except Exception as error:  # noqa: BLE001 - it is raised again below, in the thread that waits
            answers.put(error)

    threading.Thread(target=send, name="download-answer", daemon=True).start()
    try:
        answer = answers.get(timeout=answer_s)
    except queue.Empty:
        raise SourceUnavailable(f"{request.url} did not answer within {answer_s:g} s") from None
    if isinstance(answer, Exception):
        raise _named(answer, request)
    with closing(answer):
        yield answer


def _named(error: Exception, request: httpx.Request) -> Exception:
    """What a failed request says to whoever reads the reasons; errors that are not the network's stay themselves."""
    import httpx

    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return SourceUnavailable(f"{request.url}: {_reason(error)}")
    return error


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__

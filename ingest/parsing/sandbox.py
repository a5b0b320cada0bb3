"""Warm parser processes: whatever a file does to its reader, it does there.

`ParserPool` owns a few child processes, sends each one file at a time, and ends those that take too long, grow too
big or die. The bounds of a child are set in `confinement`, its protocol in `wire`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest.parsing.records import NO_RECOGNITION, OnPage, PageRead, Parsed, ParseLimits, Recognition, unheard
from ingest.parsing.resident import resident_bytes
from ingest.parsing.scratch import ScratchFolder
from ingest.parsing.wire import LENGTHS, MalformedReply, frame, lengths, message_of, page_from_json, parsed_from_json
from rag.documents import Box
from rag.errors import ParseMemory, ParserCrashed, ParseTimeout, from_code

FILES_PER_CHILD = 200
"""After that many files a child is replaced: parsers leak."""

_WARM_TIMEOUT_S = 180.0
_READ_PAGE_S = 0.25
"""Time that each page with a text layer adds: five to ten times what one takes, so that thousands of pages do not die
of a limit that is meant for hanging files."""

_MEMORY_POLL_S = 0.05
_EXIT_WAIT_S = 5.0
_PACKAGES = Path(__file__).resolve().parents[2]


class ChildDied(Exception):
    """The process ended, or spoke nonsense, in the middle of a request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ParserPool:
    """`size` parser processes, started when first needed. Use as an async context, or call `close`."""

    def __init__(
        self,
        limits: ParseLimits,
        size: int = 1,
        recognition: Recognition = NO_RECOGNITION,
        scratch_root: Path | None = None,
    ) -> None:
        self._limits = limits
        self._recognition = recognition
        self._scratch = ScratchFolder(scratch_root)
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        self._busy: set[_Child] = set()
        self._size = size
        self._warmed = False
        for _ in range(size):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def is_busy(self) -> bool:
        """Whether a file that comes now has to wait."""
        return self._idle.empty()

    async def parse(self, path: Path, name: str, on_page: OnPage = unheard, kept_pages: Path | None = None) -> Parsed:
        """Parse a file that its user knows as `name`. `on_page` hears of each page of a paged format; `kept_pages` is
        a folder of this file, which makes a reading that was cut short go on where it was.

        Raises the leaves of FileRejected.
        """
        request = {
            "action": "parse",
            "path": _absolute(path),
            "name": name,
            "limits": asdict(self._limits),
            "recognition": asdict(self._recognition),
            "kept_pages": None if kept_pages is None else _absolute(kept_pages),
        }
        message, blob = await self._ask(request, on_page)
        try:
            return parsed_from_json(message, blob)
        except MalformedReply as error:
            raise ParserCrashed(reason=f"malformed reply: {error}") from None

    async def render_page(self, path: Path, number: int, boxes: Iterable[Box] = (), scale: float = 2.0) -> bytes:
        """A page of a PDF as PNG with the boxes marked. Raises PageNotFound and the leaves of FileRejected."""
        request = {
            "action": "render",
            "path": _absolute(path),
            "number": number,
            "boxes": [list(box) for box in boxes],
            "scale": scale,
        }
        _, picture = await self._ask(request)
        return picture

    async def warm(self) -> None:
        """Start every process and load the heavy libraries, so that no first file waits for them.

        Processes that replace others later on are warmed likewise, outside the time that their first file has.
        """
        self._warmed = True
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._size):
                tasks.create_task(self._warm_one())

    async def close(self) -> None:
        """End every process, also those at work, and remove the scratch folder."""
        idle = [self._idle.get_nowait() for _ in range(self._idle.qsize())]
        for child in [*self._busy, *filter(None, idle)]:
            await child.kill()
        self._scratch.remove()

    async def _warm_one(self) -> None:
        with contextlib.suppress(ChildDied):
            async with self._child():
                pass

    async def _ask(self, request: dict[str, Any], on_page: OnPage = unheard) -> tuple[dict[str, Any], bytes]:
        """Send a request, a second time to a fresh process when the first one died of it."""
        try:
            return await self._attempt(request, on_page)
        except ChildDied as first:
            try:
                return await self._attempt(request, on_page)
            except ChildDied:
                raise ParserCrashed(reason=first.reason) from None

    async def _attempt(self, request: dict[str, Any], on_page: OnPage) -> tuple[dict[str, Any], bytes]:
        clock = _Clock(self._limits, self._recognition, on_page)
        async with self._child() as child:
            try:
                message, blob = await child.exchange(request, clock)
            except TimeoutError:
                raise ParseTimeout(limit_s=clock.limit_s) from None
        if "error" in message:
            details = message.get("details")
            raise from_code(str(message["error"]), details if isinstance(details, dict) else {})
        return message, blob

    @contextlib.asynccontextmanager
    async def _child(self) -> AsyncIterator[_Child]:
        """A process for one request. It goes back only after a complete exchange: any exception ends it."""
        child = await self._idle.get()
        kept: _Child | None = None
        try:
            if child is None or not child.alive:
                child = await _Child.start(self._limits, self._scratch.path)
            self._busy.add(child)
            if self._warmed and not await child.warm():
                # Formats that need no heavy library still parse, and a file that does need them says what is wrong.
                self._warmed = False
                raise ChildDied("the parser's libraries do not load")
            yield child
            kept = child if child.files < FILES_PER_CHILD and not child.spent else None
        finally:
            if child is not None:
                self._busy.discard(child)
                if kept is None:
                    await asyncio.shield(child.kill())
            self._idle.put_nowait(kept)


class _Clock:
    """How long one request may take: pages that were read give it more, up to as many as a file may have."""

    def __init__(
        self, limits: ParseLimits, recognition: Recognition = NO_RECOGNITION, on_page: OnPage = unheard
    ) -> None:
        self.limit_s = limits.timeout_s
        self._page_s = {True: recognition.page_timeout_s, False: _READ_PAGE_S}
        self._left = {True: limits.max_pages, False: limits.max_pages}
        self._on_page = on_page
        self._timeout: asyncio.Timeout | None = None

    def started(self) -> asyncio.Timeout:
        self._timeout = asyncio.timeout(self.limit_s)
        return self._timeout

    def page_done(self, page: PageRead) -> None:
        if self._left[page.recognised] > 0:
            self._left[page.recognised] -= 1
            self._extend(self._page_s[page.recognised])
        self._on_page(page)

    def _extend(self, by_s: float) -> None:
        self.limit_s += by_s
        if self._timeout is not None and (ends_at := self._timeout.when()) is not None:
            self._timeout.reschedule(ends_at + by_s)


class _Child:
    """One parser process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process, limits: ParseLimits) -> None:
        self._process = process
        self._limits = limits
        self._warm = False
        self.files = 0
        self.spent = False

    @classmethod
    async def start(cls, limits: ParseLimits, scratch: Path) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ingest.parsing.child",
            str(limits.memory_bytes),
            str(limits.output_bytes),
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=scratch,
            env=_environment(scratch),
            start_new_session=True,
        )
        return cls(process, limits)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def warm(self) -> bool:
        """Load the heavy libraries, once; False when the process did not survive it."""
        if not self._warm:
            with contextlib.suppress(ChildDied, ParseMemory, TimeoutError):
                message, _ = await self.exchange(
                    {"action": "warm"}, _Clock(replace(self._limits, timeout_s=_WARM_TIMEOUT_S))
                )
                self._warm = "error" not in message
        return self._warm

    async def exchange(self, request: dict[str, Any], clock: _Clock) -> tuple[dict[str, Any], bytes]:
        """Raises TimeoutError, ParseMemory, ChildDied; the process is of no use after any of them."""
        watch = asyncio.create_task(self._outgrows())
        talk = asyncio.create_task(self._talk(request, clock))
        try:
            async with clock.started():
                done, _ = await asyncio.wait({watch, talk}, return_when=asyncio.FIRST_COMPLETED)
            if talk in done:
                return talk.result()
            raise ParseMemory(limit_bytes=self._limits.memory_bytes)
        finally:
            for task in (watch, talk):
                task.cancel()
            await asyncio.gather(watch, talk, return_exceptions=True)

    async def kill(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_WAIT_S):
                await self._process.communicate()

    async def _talk(self, request: dict[str, Any], clock: _Clock) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdin is not None
        self.files += 1
        try:
            self._process.stdin.write(frame(request))
            await self._process.stdin.drain()
            reply = await self._frame()
            while "page" in reply[0]:
                clock.page_done(page_from_json(reply[0]["page"]))
                reply = await self._frame()
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ChildDied(await self._last_words()) from None
        except (MalformedReply, KeyError, TypeError, ValueError) as error:
            raise ChildDied(f"malformed reply: {error}") from None
        self.spent = reply[0].get("error") == ParseMemory.code
        return reply

    async def _frame(self) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdout is not None
        head = await self._process.stdout.readexactly(LENGTHS.size)
        body, blob = lengths(head, self._limits.output_bytes)
        message = message_of(await self._process.stdout.readexactly(body))
        return message, await self._process.stdout.readexactly(blob)

    async def _outgrows(self) -> None:
        """Returns when the process, with those that it started, holds more memory than it may."""
        while resident_bytes(self.pid) <= self._limits.memory_bytes:  # noqa: ASYNC110 - the kernel signals nothing
            await asyncio.sleep(_MEMORY_POLL_S)

    async def _last_words(self) -> str:
        code = await self._process.wait()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _absolute(path: Path) -> str:
    """A child works in another directory."""
    return str(path.absolute())


def _environment(scratch: Path) -> dict[str, str]:
    """Nothing of ours but where Python and its packages are: no keys, no proxies, no reports home."""
    inherited = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        "PYTHONPATH": str(_PACKAGES),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "UNSTRUCTURED_DISABLE_NOTICE": "1",
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "true",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }

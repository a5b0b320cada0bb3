"""Blobs in a folder of this machine, readable by its owner alone."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from rag.errors import BlobNotFound, BlobsUnavailable, FileTooLarge
from rag.store.blobs import StoredBlob
from rag.store.incoming_file import IncomingFile, make_folder, sweep

P = ParamSpec("P")
R = TypeVar("R")

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")

_INCOMING = ".incoming"
"""No key begins with a dot, so no key reaches into it."""

_WRITE_BYTES = 1024 * 1024
"""Bytes gathered before they go to a thread: at the 64 KiB of an HTTP read, the hops would cost more than the hash."""


class FolderBlobStore:
    """A BlobStore where each key is a file below `root`. Several processes may share the folder."""

    def __init__(self, root: Path) -> None:
        """Make the folder, or open it and remove what broken uploads have left. Raises BlobsUnavailable."""
        self._root = root
        self._incoming = root / _INCOMING
        with self._named_failures():
            make_folder(self._incoming)
            sweep(self._incoming)

    async def put(self, key: str, data: bytes) -> None:
        await self._in_thread(self._put, self._file(key), data)

    async def put_stream(self, chunks: AsyncIterator[bytes], limit_bytes: int) -> StoredBlob:
        digest = hashlib.sha256()
        size_bytes = 0
        with self._incoming_file() as incoming:
            async with aclosing(_blocks(chunks, limit_bytes)) as blocks:
                async for block in blocks:
                    await self._in_thread(_write_hashed, incoming, digest, block)
                    size_bytes += len(block)
            key = f"originals/{digest.hexdigest()}"
            await self._in_thread(incoming.move_to, self._file(key))
        return StoredBlob(digest.hexdigest(), size_bytes, key)

    async def get(self, key: str) -> bytes:
        return await self._in_thread(_read, key, self._file(key))

    async def path(self, key: str) -> Path:
        if not await self.exists(key):
            raise BlobNotFound(key=key)
        return self._file(key)

    async def delete(self, key: str) -> None:
        await self._in_thread(self._file(key).unlink, missing_ok=True)

    async def exists(self, key: str) -> bool:
        return await self._in_thread(self._file(key).is_file)

    async def age_s(self, key: str) -> float:
        try:
            stored = await self._in_thread(self._file(key).stat)
        except BlobsUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return math.inf
            raise
        return max(0.0, time.time() - stored.st_mtime)

    async def keys(self, prefix: str = "") -> list[str]:
        return await self._in_thread(self._keys, prefix)

    def _file(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a blob key: {key!r}")
        return self._root / key

    def _incoming_file(self) -> IncomingFile:
        """Not made in a thread: a task that is cancelled while it waits would leave the file to nobody."""
        with self._named_failures():
            return IncomingFile(self._incoming)

    def _put(self, place: Path, data: bytes) -> None:
        with IncomingFile(self._incoming) as incoming:
            incoming.write(data)
            incoming.move_to(place)

    def _keys(self, prefix: str) -> list[str]:
        paths = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        return sorted(key for key in paths if _KEY.fullmatch(key) and key.startswith(prefix))

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Only our own work is named so: a source that breaks off raises errors of the same kinds."""
        with self._named_failures():
            return await asyncio.to_thread(work, *args, **kwargs)

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BlobsUnavailable(where=str(self._root), reason=error.strerror or str(error)) from error


def _read(key: str, place: Path) -> bytes:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        raise BlobNotFound(key=key) from None


def _write_hashed(incoming: IncomingFile, digest: hashlib._Hash, block: bytes) -> None:
    digest.update(block)
    incoming.write(block)


async def _blocks(chunks: AsyncIterator[bytes], limit_bytes: int) -> AsyncGenerator[bytes, None]:
    """The same bytes in larger pieces. Raises FileTooLarge before it passes on more than the limit."""
    gathered = bytearray()
    seen = 0
    async for chunk in chunks:
        seen += len(chunk)
        if seen > limit_bytes:
            raise FileTooLarge(size_bytes=seen, limit_bytes=limit_bytes)
        gathered += chunk
        if len(gathered) >= _WRITE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)

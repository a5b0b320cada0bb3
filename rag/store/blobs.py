"""The role of the blob store: files and texts by key, whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A stored file; `sha256` is in lower-case hexadecimal digits."""

    sha256: str
    size_bytes: int
    key: str


class BlobStore(Protocol):
    """Keys are slash-separated names of letters, digits and `._-`; a name does not begin with a dot. Other keys are
    a mistake of the caller: ValueError.

    A write has survived power loss when it returns, and no reader ever sees half of it. Raises BlobsUnavailable.
    """

    async def put(self, key: str, data: bytes) -> None:
        """Store the bytes, in place of any that were there."""
        ...

    async def put_stream(self, chunks: AsyncIterator[bytes], limit_bytes: int) -> StoredBlob:
        """Store an original under `originals/<sha256>`, however large, without holding it in memory.

        Raises FileTooLarge as soon as the limit is passed. Nothing is left behind by a stream that did not end well.
        """
        ...

    async def get(self, key: str) -> bytes:
        """Raises BlobNotFound."""
        ...

    async def path(self, key: str) -> Path:
        """A local file to read, for parsers; it is not to be written to. Raises BlobNotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Also of a key that is not there."""
        ...

    async def exists(self, key: str) -> bool: ...

    async def age_s(self, key: str) -> float:
        """Seconds since the blob was last stored; infinite for one that is not there."""
        ...

    async def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin so, in order."""
        ...

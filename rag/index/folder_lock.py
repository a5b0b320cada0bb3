"""One process at a time owns an index folder. The lock ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rag.errors import DataFolderInUse


class FolderLock:
    """An advisory lock on a file of the folder, which names its owner for the one who finds it taken."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises DataFolderInUse when another process, or another index of this one, holds the folder."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 64, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise DataFolderInUse(data_dir=str(self._path.parent), owner=owner or "?") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}".encode("ascii"), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """The file stays: deleting it would let a waiter lock a file that no one else can see."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

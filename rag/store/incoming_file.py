"""A file on its way into a folder: written aside, moved into place when it is whole and on the disk."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType


class IncomingFile:
    """A temporary file in `folder`, gone at the end of its `with` block unless it was moved to its place.

    Its lock tells a file that is being written from one whose writer died: the kernel lets go of the lock with the
    process. `folder` and the place must be on one filesystem.
    """

    def __init__(self, folder: Path) -> None:
        descriptor, name = _locked_file(folder)
        self._path = Path(name)
        # Buffered, for its lock: a write that was abandoned by a cancelled task must end before the file is closed.
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def move_to(self, place: Path) -> None:
        """Make the bytes durable, then the name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        make_folder(place.parent)
        self._path.replace(place)
        _sync_folder(place.parent)

    def __enter__(self) -> IncomingFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._path.unlink(missing_ok=True)
        # Closing writes what a full disk did not take before, and fails again: of a file that is gone already.
        with suppress(OSError):
            self._file.close()


def sweep(folder: Path) -> None:
    """Remove what writers that died have left."""
    for path in folder.iterdir():
        # Another process may move the file into place, or sweep it, at any moment; its writer may hold its lock.
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _locked_file(folder: Path) -> tuple[int, str]:
    """Another process may sweep between the making of a file and its locking: then it has no name, and we make anew."""
    while True:
        descriptor, name = tempfile.mkstemp(dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, name
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make it, and those above it, for the owner alone. A new folder is durable when its parent is synced."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Folders that parser processes work in, which go with their owner, however it ends.

The owner holds a lock on its folder, which the kernel takes back when it dies. Whoever comes next deletes the folders
that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ScratchFolder:
    """A new, empty folder below `root`, which may have other owners at the same time; `path` until it is removed.

    Without a root it lies in the system's folder for temporary files, in one of this user's.
    """

    def __init__(self, root: Path | None = None) -> None:
        below = _of_this_user() if root is None else root
        below.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One at a time: between making a folder and locking it, it looks like one that was left.
        with _locked(below):
            _remove_left(below)
            self.path = Path(tempfile.mkdtemp(dir=below)).absolute()
            self._lock = os.open(self.path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _of_this_user() -> Path:
    """Raises PermissionError when somebody else made a folder of that name, who could then put files under ours."""
    folder = Path(tempfile.gettempdir(), f"chuchu-parsers-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _remove_left(root: Path) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

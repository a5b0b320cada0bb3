"""Recognising text takes a core for as long as it lasts: parser processes together take no more than there are.

A slot is a file with a lock, which the kernel takes back when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_AGAIN_S = 0.02
"""A page takes some hundred times as long."""


class CpuSlots:
    """`count` slots in `folder`, for whoever shares the folder; without a folder everybody may begin at once."""

    def __init__(self, folder: Path | None, count: int) -> None:
        self._folder = folder
        self._count = count

    @contextmanager
    def one(self) -> Iterator[None]:
        """Waits until a slot is free."""
        if self._folder is None:
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while (held := self._free(self._folder)) is None:
            time.sleep(_LOOK_AGAIN_S)
        try:
            yield
        finally:
            os.close(held)

    def _free(self, folder: Path) -> int | None:
        """The descriptor of a slot that is now ours."""
        for number in range(self._count):
            descriptor = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return descriptor
        return None


NO_WAITING = CpuSlots(None, 1)

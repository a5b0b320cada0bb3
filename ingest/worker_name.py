"""What a worker is called: it continues the work of the one that had its name before, so no two may share one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def worker_name(folder: Path, host: str) -> Iterator[str]:
    """The host's name, or with a number where workers on it that share `folder` have the lower ones.

    A name is a file with a lock, which the kernel takes back when its holder dies.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name, descriptor = next(held for number in count(1) if (held := _held(folder, host, number)) is not None)
    try:
        yield name
    finally:
        os.close(descriptor)


def _held(folder: Path, host: str, number: int) -> tuple[str, int] | None:
    name = host if number == 1 else f"{host}-{number}"
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return name, descriptor

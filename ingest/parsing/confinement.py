"""What a parser process gives up before it sees a file: memory, network, priority, and life without its parent.

Linux has all of this. Elsewhere what is missing is left out: the parent's clock and memory watch remain.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from typing import Any, NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_NICENESS = 10


def confine(memory_bytes: int, output_bytes: int, parent: int) -> None:
    """To be called once, before any other thread runs: a process with threads cannot leave its namespaces."""
    _die_with(parent)
    _leave_network()
    _refuse_connections()
    os.nice(_NICENESS)
    # RLIMIT_DATA rather than RLIMIT_AS: NumPy and its kin reserve address space by the gigabyte and touch little of it.
    _limit(resource.RLIMIT_DATA, memory_bytes)
    _limit(resource.RLIMIT_FSIZE, output_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit then fails as OSError


def _die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the signal was asked for.
        os._exit(0)


def _leave_network() -> bool:
    """An empty network namespace, also for programs that this process starts. Many systems forbid it to users."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _refuse_connections() -> None:
    """No Python code in this process connects anywhere, names included."""

    def refuse(*_arguments: Any, **_options: Any) -> NoReturn:
        raise PermissionError("parser processes have no network")

    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        setattr(socket, name, refuse)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (allowed, allowed))

"""Calls that wait for each other, made as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Request = TypeVar("Request")
Reply = TypeVar("Reply")


class _Call(Generic[Request, Reply]):
    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.replies: Sequence[Reply] | None = None


class JoinedCalls(Generic[Request, Reply]):
    """`make` answers several requests at once, for less than one by one; calls to it never overlap.

    Threads that call while another's call is under way share the next. Where a joint call fails, each is made by
    itself, so that nobody bears another's error.
    """

    def __init__(self, make: Callable[[Sequence[Request]], Sequence[Reply]]) -> None:
        self._make = make
        self._turn = Lock()
        self._joining = Lock()
        self._waiting: list[_Call[Request, Reply]] = []

    def __call__(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """One reply for each request, in their order. Raises what `make` raises for these requests."""
        mine: _Call[Request, Reply] = _Call(requests)
        with self._joining:
            self._waiting.append(mine)
        with self._turn:
            if mine.replies is None:
                self._serve()
            if mine.replies is None:
                mine.replies = self._make(requests)
        return mine.replies

    def _serve(self) -> None:
        """Answer all who wait by now, unless their joint call fails."""
        with self._joining:
            together, self._waiting = self._waiting, []
        if len(together) == 1:
            return
        try:
            replies = iter(self._make([request for call in together for request in call.requests]))
        except Exception:  # noqa: BLE001 - it is raised in the call that it belongs to, which makes it again
            return
        for call in together:
            call.replies = [next(replies) for _ in call.requests]

"""Keeps requests to an endpoint as far apart as its limit asks for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class RequestRate:
    """Gives each request a turn of its own, evenly spaced, whichever thread it comes from. 0 is no limit."""

    def __init__(
        self,
        per_minute: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart_s = 60 / per_minute if per_minute else 0.0
        self._sleep = sleep
        self._clock = clock
        self._next = 0.0
        self._choosing = threading.Lock()

    def wait(self) -> None:
        """Return when it is this request's turn."""
        if not self._apart_s:
            return
        with self._choosing:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._apart_s
        if turn > now:
            self._sleep(turn - now)

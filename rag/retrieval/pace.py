"""How many texts a reranker can read in the time that is left, from how fast it has been."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

PROBE = 4
"""Texts that are read while nothing is known of the rate."""

HEADROOM = 0.7
"""Share of the time that is planned for: rates vary by a quarter or so when other work shares the cores."""

TRUST_S = 30.0
"""After this long without a measurement, a rate that forbids everything is doubted: what slowed it may be over."""

_WEIGHT_OF_THE_NEWEST = 0.4


class Pace:
    """The running rate, in units of cost a second. Costs are anything that the time grows with, such as tokens."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rate: float | None = None
        self._measured_at = 0.0
        self._changing = threading.Lock()

    def affordable(self, costs: Sequence[float], seconds: float) -> int:
        """How many of the first texts fit into the seconds; where the rate is not known, a few, to measure it."""
        if seconds <= 0:
            return 0
        if self._rate is None:
            return min(PROBE, len(costs))
        fitting = _fitting(costs, self._rate * seconds * HEADROOM)
        if not fitting and self._clock() - self._measured_at > TRUST_S:
            return min(1, len(costs))
        return fitting

    def observe(self, cost: float, seconds: float) -> None:
        """Note how long the texts of such cost took together."""
        newest = cost / max(seconds, 1e-6)
        with self._changing:
            before = newest if self._rate is None else self._rate
            self._rate = before + _WEIGHT_OF_THE_NEWEST * (newest - before)
            self._measured_at = self._clock()


def _fitting(costs: Sequence[float], room: float) -> int:
    for place, cost in enumerate(costs):
        room -= cost
        if room < 0:
            return place
    return len(costs)

"""How many texts a reranker can read in the time that is left, from how fast it has been."""

from __future__ import annotations

import threading
from collections.abc import Sequence

PROBE = 4
"""Texts that are read while nothing is known of the rate."""

HEADROOM = 0.7
"""Share of the time that is planned for: rates vary by a quarter or so when other work shares the cores."""

_WEIGHT_OF_THE_NEWEST = 0.4


class Pace:
    """The running rate, in units of cost a second. Costs are anything that the time grows with, such as tokens."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._changing = threading.Lock()

    def affordable(self, costs: Sequence[float], seconds: float) -> int:
        """How many of the first texts fit into the seconds; where the rate is not known, a few, to measure it."""
        if seconds <= 0:
            return 0
        if self._rate is None:
            return min(PROBE, len(costs))
        affordable, left = 0, self._rate * seconds * HEADROOM
        for cost in costs:
            left -= cost
            if left < 0:
                break
            affordable += 1
        return affordable

    def observe(self, cost: float, seconds: float) -> None:
        """Note how long the texts of such cost took together."""
        newest = cost / max(seconds, 1e-6)
        with self._changing:
            before = newest if self._rate is None else self._rate
            self._rate = before + _WEIGHT_OF_THE_NEWEST * (newest - before)

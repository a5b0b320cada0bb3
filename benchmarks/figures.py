"""What a benchmark hands back, and under which conditions it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Literal, Protocol

from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure was promised to be: `at most` or `at least` a value, in the figure's unit."""

    kind: Literal["at most", "at least"]
    value: float

    def is_met(self, measured: float) -> bool:
        return measured <= self.value if self.kind == "at most" else measured >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.kind == 'at most' else '≥'} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `bound` is None where nothing was promised."""

    name: str
    value: float
    unit: str
    bound: Bound | None = None

    @property
    def is_met(self) -> bool | None:
        return None if self.bound is None else self.bound.is_met(self.value)


@dataclass(frozen=True, slots=True)
class Run:
    """How benchmarks are to run. `quick` takes tiny sizes: it shows that they work, its numbers say nothing.

    `rounds`, where it is given, says how often those that have rounds go through them, and `keep` where a corpus that
    takes long to make is left for the next run, or found from the last.
    """

    settings: Settings
    quick: bool
    say: Callable[[str], None]
    rounds: int | None = None
    keep: Path | None = None

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


class Benchmark(Protocol):
    def __call__(self, run: Run) -> Iterable[Figure]:
        """Yields each figure as soon as it is known."""
        ...


def at_most(value: float) -> Bound:
    return Bound("at most", value)


def at_least(value: float) -> Bound:
    return Bound("at least", value)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed: always one that was measured."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]

"""How sure a mean is: percentile intervals by the bootstrap over questions (Efron and Tibshirani 1993, chapter 13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ROUNDS = 1000
"""Resamples: the ends of a 95 % interval then move by less than a tenth of its width from seed to seed."""
_LEVEL = 0.95
_BLOCK = 4_000_000  # indices drawn at a time, 32 MB


class Estimate(NamedTuple):
    """A mean over so many questions, and the interval that it lies in."""

    mean: float
    low: float
    high: float
    questions: int

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def estimate(values: Sequence[float], rounds: int = ROUNDS, seed: int = 0) -> Estimate:
    """The mean of at least one value with its 95 % interval; the same values give the same interval."""
    sample = np.asarray(values, dtype=float)
    low, high = np.quantile(_resampled_means(sample, rounds, seed), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Estimate(float(sample.mean()), float(low), float(high), len(sample))


def _resampled_means(sample: np.ndarray, rounds: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(sample))
    sizes = [min(block, rounds - start) for start in range(0, rounds, block)]
    return np.concatenate([sample[rng.integers(0, len(sample), (size, len(sample)))].mean(axis=1) for size in sizes])

"""Whether two systems differ on the same questions, or by chance.

The paired randomisation test: were the systems alike, each question's two values might as well be exchanged. Of the
tests in use it needs the fewest assumptions and agrees with the bootstrap and Student's t on TREC runs (Smucker, Allan
and Carterette, CIKM 2007).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROUNDS = 10_000
"""Exchanges drawn at random; a p of 0.05 is then told to within 0.005."""
_BLOCK = 8_000_000


def two_sided_p(differences: Sequence[float], seed: int = 0) -> float:
    """How often chance alone gives a mean difference as far from 0 as this one."""
    sums, observed = _exchanged(differences, seed)
    return _share(np.abs(sums) >= abs(observed))


def worse_p(differences: Sequence[float], margin: float = 0.0, seed: int = 0) -> float:
    """How often chance alone gives a mean difference as low as this one, if the true one is `-margin`."""
    sums, observed = _exchanged(np.asarray(differences, dtype=float) + margin, seed)
    return _share(sums <= observed)


def _exchanged(differences: Sequence[float] | np.ndarray, seed: int) -> tuple[np.ndarray, float]:
    """Sums of the differences under random signs, and the sum as it is. Questions without a difference say nothing."""
    values = np.asarray(differences, dtype=float)
    values = values[values != 0]
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // max(1, len(values)))
    sizes = [min(block, ROUNDS - start) for start in range(0, ROUNDS, block)]
    sums = [(1.0 - 2.0 * rng.integers(0, 2, (size, len(values)))) @ values for size in sizes]
    # Rounding must not tell apart what is equal: the observed order of signs is one of those drawn.
    return np.round(np.concatenate(sums), 9), round(float(values.sum()), 9)


def _share(extreme: np.ndarray) -> float:
    """Never 0: the observed exchange is one of those that are possible."""
    return float((extreme.sum() + 1) / (len(extreme) + 1))

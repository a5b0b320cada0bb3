"""Running sums of passage vectors, from which the mean of each language is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class VectorSum:
    """How many vectors there are, and their sum, of shape (dimension,).

    Kept in double precision, so that adding and taking away a million unit vectors leaves the mean exact to far
    below what a float32 vector can tell. A sum of no vectors has no dimension yet and adds to any other.
    """

    count: int
    sum: npt.NDArray[np.float64]

    @classmethod
    def empty(cls) -> VectorSum:
        return cls(0, np.zeros(0, dtype=np.float64))

    @classmethod
    def from_bytes(cls, count: int, data: bytes) -> VectorSum:
        return cls(count, np.frombuffer(data, dtype="<f8").astype(np.float64))

    def to_bytes(self) -> bytes:
        return self.sum.astype("<f8").tobytes()

    def __add__(self, other: VectorSum) -> VectorSum:
        if self.count == 0 or other.count == 0:
            return other if self.count == 0 else self
        self._check_dimension(other)
        return VectorSum(self.count + other.count, self.sum + other.sum)

    def __sub__(self, other: VectorSum) -> VectorSum:
        """The sum without those vectors. Raises ValueError when they cannot all have been part of it."""
        if other.count > self.count:
            raise ValueError(f"cannot take {other.count} vectors from a sum of {self.count}")
        if other.count == 0:
            return self
        self._check_dimension(other)
        if other.count == self.count:
            return VectorSum.empty()
        return VectorSum(self.count - other.count, self.sum - other.sum)

    def mean(self) -> npt.NDArray[np.float64]:
        """The mean vector; of no vectors, an empty one."""
        return self.sum / max(self.count, 1)

    def _check_dimension(self, other: VectorSum) -> None:
        """A sum of shape (1,) would broadcast over any other, silently."""
        if self.sum.shape != other.sum.shape:
            raise ValueError(f"sums of {self.sum.shape} and {other.sum.shape} do not go together")

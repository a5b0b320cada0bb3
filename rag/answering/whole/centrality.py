"""Which of many texts say what all of them are about, without saying it twice: by their vectors alone."""

from __future__ import annotations

import numpy as np

from rag.models.embedding import Vectors

NOVELTY = 0.4
"""Weight of being unlike what was chosen, against being near the centre (maximal marginal relevance). Sentences of one
document are alike anyway: from a half on, the choice goes to its margins."""


def most_central(vectors: Vectors, centre: np.ndarray, most: int) -> list[int]:
    """The places of up to `most` rows of `vectors`, shape (n, dimension), in the order in which they were chosen.

    All are of length 1. Each is near the centre and far from those before it.
    """
    nearness = vectors @ centre
    likeness = np.full(len(vectors), 0.0)
    chosen: list[int] = []
    while len(chosen) < min(most, len(vectors)):
        gains = (1 - NOVELTY) * nearness - NOVELTY * likeness
        gains[chosen] = -np.inf
        best = int(gains.argmax())
        chosen.append(best)
        likeness = np.maximum(likeness, vectors @ vectors[best])
    return chosen

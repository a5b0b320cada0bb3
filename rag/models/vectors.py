"""What embedders share: vectors of length 1, and batches of texts that are alike in length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from rag.models.embedding import Vectors

_SPECIAL_TOKENS = 2
_BYTES_OF_A_TOKEN = 3
"""Of UTF-8: a Chinese character has as many and is hardly more than a token; English words have four to a token."""


def unit_rows(rows: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1, as float32; a row of zeros stays what it is."""
    vectors = np.asarray(rows, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return vectors / lengths


def about_tokens(text: str) -> int:
    """Rather more than less, for batches that are alike in length: to count would be to tokenise everything twice."""
    return len(text.encode("utf-8", "replace")) // _BYTES_OF_A_TOKEN + _SPECIAL_TOKENS


def length_batches(lengths: Sequence[int], batch_tokens: int, most: int = 1 << 30) -> Iterator[list[int]]:
    """Indices of texts, longest first, in batches of at most `batch_tokens` once padded to their longest.

    A text that is longer than that makes a batch of its own; no batch holds more than `most`.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and ((len(batch) + 1) * lengths[batch[0]] > batch_tokens or len(batch) >= most):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch

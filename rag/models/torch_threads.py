"""How many threads torch works with: few tokens are done sooner by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

FEW_TOKENS = 64
"""A layer of a small model takes some 0.5 ms for so many; two threads spend as much on waiting for each other, and a
hundred times that while another process has one of their cores. Queries are nearly always shorter."""


@contextmanager
def threads_for(tokens: int) -> Iterator[None]:
    """One thread within, where the tokens are few. Not for two threads at once: torch knows one number for all."""
    import torch

    before = torch.get_num_threads()
    if tokens > FEW_TOKENS or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

"""How the closed word lists of this package are written down."""

from __future__ import annotations


def word_set(*lines: str) -> frozenset[str]:
    """The words of the lines: lists of forty words read better as prose than as forty literals."""
    return frozenset(word for line in lines for word in line.split())

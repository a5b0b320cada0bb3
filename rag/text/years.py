"""The year of dates that leave it open: "in January" under "In 2017"."""

from __future__ import annotations

from rag.text.quantities import quantities, told_year


def last_year(text: str) -> int | None:
    """The year that a text tells last; None where it tells none."""
    told = [year for quantity in quantities(text) if (year := told_year(text, quantity))]
    return told[-1] if told else None


def leaves_year_open(text: str) -> bool:
    """Whether a date of the text has no year, and no year stands before it."""
    for quantity in quantities(text):
        if told_year(text, quantity):
            return False
        if quantity.date:
            return True
    return False

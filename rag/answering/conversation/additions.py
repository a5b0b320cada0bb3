"""What a condensed question must not do: bring in a number or a name that nobody said."""

from __future__ import annotations

import re

from rag.text.names import han_names, latin_names
from rag.text.normalisation import normalise
from rag.text.quantities import unsupported

_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_CODE = re.compile(r"[a-z0-9]*(?:[0-9][a-z]|[a-z][0-9])[a-z0-9]*")


def additions(condensed: str, known: str) -> list[str]:
    """The numbers, names and codes of a condensed question that `known`, all that was said, does not hold."""
    text, said = _folded(condensed), _folded(known)
    numbers = set(_DIGITS.findall(text)) - set(_DIGITS.findall(said))
    quantities = {quantity.span.of(condensed) for quantity in unsupported(condensed, [known])}
    named = [*latin_names(condensed), *(name.text for name in han_names(condensed)), *_CODE.findall(text)]
    return [*sorted(numbers | quantities), *(name for name in named if _folded(name) not in said)]


def _folded(text: str) -> str:
    return normalise(text).text.casefold()

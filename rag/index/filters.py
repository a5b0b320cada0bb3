"""What a question may be answered from, as the one who asks narrows it.

A filter is applied inside every leg, before anything is scored, so that narrowing costs no recall: the best passages
of what is left are found, and not what is left of the best passages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rag.documents import Language

Bound = float | datetime


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value of the metadata `key` is one of these, letter for letter."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The value of the metadata `key` is a number, or a moment, within these bounds; None leaves a side open."""

    key: str
    at_least: Bound | None = None
    above: Bound | None = None
    at_most: Bound | None = None
    below: Bound | None = None

    def __post_init__(self) -> None:
        if len({isinstance(bound, datetime) for bound in self.bounds}) != 1:
            raise ValueError("bounds are one at least, and all numbers or all moments")

    @property
    def bounds(self) -> list[Bound]:
        sides = (self.at_least, self.above, self.at_most, self.below)
        return [bound for bound in sides if bound is not None]

    @property
    def is_of_moments(self) -> bool:
        return isinstance(self.bounds[0], datetime)


@dataclass(frozen=True, slots=True)
class Present:
    """The metadata has the `key`, whatever its value."""

    key: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold; of a document without the key, no other condition holds."""

    condition: OneOf | Between | Present


Condition = OneOf | Between | Present | Not


@dataclass(frozen=True, slots=True)
class Filter:
    """Every part must hold. None restricts nothing, and an empty tuple lets nothing pass.

    A document without the attribute that a part asks for does not pass: neither one without a date, when dates are
    asked for, nor one that an earlier release indexed without its attributes. `since` is the first moment that
    passes, and `until` the first one after it that does not.
    """

    documents: tuple[str, ...] | None = None
    languages: tuple[Language, ...] | None = None
    media_types: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    metadata: tuple[Condition, ...] = ()


EVERYTHING = Filter()

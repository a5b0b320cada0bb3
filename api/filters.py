"""Filters and metadata as they cross the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictFloat,
    StringConstraints,
    model_validator,
)

from rag.documents import Language
from rag.index.attributes import DATE, moment
from rag.index.filters import EVERYTHING, Between, Condition, Filter, Not, OneOf, Present

MetadataKey = Annotated[str, StringConstraints(pattern=r'^[^\s"\\=<>!,][^"\\=<>!,\x00-\x1f]{0,63}$')]
MetadataValue = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f]*$")]
Values = Annotated[list[MetadataValue], Field(max_length=1000)]


def _moment(value: object) -> datetime:
    read = moment(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError("write a date or time in ISO 8601, such as 2024-05-31")
    return read


Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EqualIn(Part):
    """The value is this one, letter for letter."""

    op: Literal["eq"]
    key: MetadataKey
    value: MetadataValue

    def condition(self) -> OneOf:
        return OneOf(self.key, (self.value,))


class OneOfIn(Part):
    """The value is one of these."""

    op: Literal["in"]
    key: MetadataKey
    values: Values

    def condition(self) -> OneOf:
        return OneOf(self.key, tuple(self.values))


class RangeIn(Part):
    """The value is a number, or a date or time, within these bounds: numbers as numbers, moments in ISO 8601."""

    op: Literal["range"]
    key: MetadataKey
    gte: StrictFloat | Moment | None = None
    gt: StrictFloat | Moment | None = None
    lte: StrictFloat | Moment | None = None
    lt: StrictFloat | Moment | None = None

    @model_validator(mode="after")
    def _bounded(self) -> RangeIn:
        self.condition()
        return self

    def condition(self) -> Between:
        return Between(self.key, self.gte, self.gt, self.lte, self.lt)


class ExistsIn(Part):
    """There is a value."""

    op: Literal["exists"]
    key: MetadataKey

    def condition(self) -> Present:
        return Present(self.key)


TestIn = Annotated[EqualIn | OneOfIn | RangeIn | ExistsIn, Field(discriminator="op")]


class NotIn(Part):
    """The other condition does not hold. It does not for a document without the key, which therefore passes."""

    op: Literal["not"]
    of: TestIn

    def condition(self) -> Not:
        return Not(self.of.condition())


ConditionIn = Annotated[EqualIn | OneOfIn | RangeIn | ExistsIn | NotIn, Field(discriminator="op")]


class FilterIn(Part):
    """Narrows what is searched. Every part must hold; a document without what a part asks for does not pass."""

    documents: list[Annotated[str, StringConstraints(max_length=64)]] | None = Field(
        None, max_length=1000, description="Ids of documents, of which a passage's is one."
    )
    languages: list[Language] | None = Field(None, description="Languages, of which the passage's is one.")
    media_types: Values | None = Field(None, description="Media types, of which the document's is one.")
    tags: Values | None = Field(None, description="Tags, of which the document has one at least.")
    since: Moment | None = Field(None, description="First date or time that the document's `date` may have.")
    until: Moment | None = Field(None, description="First one after it that it may not have.")
    metadata: list[ConditionIn] = Field([], max_length=50, description="Conditions that all hold.")

    def filter(self) -> Filter:
        conditions: list[Condition] = [each.condition() for each in self.metadata]
        return Filter(
            documents=None if self.documents is None else tuple(self.documents),
            languages=None if self.languages is None else tuple(self.languages),
            media_types=None if self.media_types is None else tuple(self.media_types),
            tags=None if self.tags is None else tuple(self.tags),
            since=self.since,
            until=self.until,
            metadata=tuple(conditions),
        )


def filter_of(asked: FilterIn | None) -> Filter:
    return EVERYTHING if asked is None else asked.filter()


def _dated(metadata: dict[str, str]) -> dict[str, str]:
    """A date that cannot be read would make the document vanish from every filter by date, without a word."""
    if metadata.get(DATE):
        _moment(metadata[DATE])
    return metadata


MetadataIn = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=50, description="`tags` are separated by commas; `date` is in ISO 8601; the rest is yours."),
    AfterValidator(_dated),
]


class DescriptionIn(Part):
    """What is said about a document, in place of what was said before."""

    metadata: MetadataIn

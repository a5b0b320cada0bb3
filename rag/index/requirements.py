"""A scope as tests of payload fields, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.index.attribute_fields import (
    FACTS,
    key_fact,
    media_type_fact,
    moment_field,
    number_field,
    tag_fact,
    value_fact,
)
from rag.index.attributes import DATE
from rag.index.filters import Between, Bound, Filter, Not, OneOf, Present
from rag.index.passage_index import Scope


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field holds one of these keywords. Without a value, nothing passes."""

    field: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Within:
    """The field lies within bounds that are all numbers, or all moments."""

    field: str
    gte: Bound | None = None
    gt: Bound | None = None
    lte: Bound | None = None
    lt: Bound | None = None
    is_of_moments: bool = False


FieldTest = AnyOf | Within


@dataclass(frozen=True, slots=True)
class Requirements:
    """Tests that a passage must pass, and those that it must fail."""

    passed: list[FieldTest]
    failed: list[FieldTest]


def requirements(scope: Scope) -> Requirements:
    metadata = scope.filter.metadata
    passed = [_field_test(condition) for condition in metadata if not isinstance(condition, Not)]
    failed = [_field_test(condition.condition) for condition in metadata if isinstance(condition, Not)]
    return Requirements([*_places(scope), *_attributes(scope.filter), *passed], failed)


def _places(scope: Scope) -> Iterator[FieldTest]:
    if scope.collection is not None:
        yield AnyOf("collection", [scope.collection])
    if scope.language is not None:
        yield AnyOf("language", [scope.language])
    if scope.document_ids is not None:
        yield AnyOf("document_id", list(scope.document_ids))


def _attributes(filter: Filter) -> Iterator[FieldTest]:
    if filter.documents is not None:
        yield AnyOf("document_id", list(filter.documents))
    if filter.languages is not None:
        yield AnyOf("language", list(filter.languages))
    if filter.media_types is not None:
        yield AnyOf(FACTS, [media_type_fact(media_type) for media_type in filter.media_types])
    if filter.tags is not None:
        yield AnyOf(FACTS, [tag_fact(tag) for tag in filter.tags])
    if filter.since is not None or filter.until is not None:
        yield Within(moment_field(DATE), gte=filter.since, lt=filter.until, is_of_moments=True)


def _field_test(condition: OneOf | Between | Present) -> FieldTest:
    match condition:
        case OneOf(key, values):
            return AnyOf(FACTS, [value_fact(key, value) for value in values])
        case Present(key):
            return AnyOf(FACTS, [key_fact(key)])
        case Between(key, at_least, above, at_most, below):
            field = moment_field(key) if condition.is_of_moments else number_field(key)
            return Within(field, at_least, above, at_most, below, condition.is_of_moments)

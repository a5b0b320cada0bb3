"""What every PassageIndex lets through a filter: what a predicate over plain Python values does, on every leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.index.attributes import NO_ATTRIBUTES, Attributes
from rag.index.filters import Between, Condition, Filter, Not, OneOf, Present
from rag.index.passage_index import IndexedPassage, Leg, PassageIndex, Scope, SparseTerms
from tests.contracts.test_passage_index_contract import Backend, backend, indexed, numbers, use

__all__ = ["backend"]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant:UserWarning")

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
VECTOR = np.asarray([1, 0, 0, 0], np.float32)
TERMS = SparseTerms((7,), (1.0,))


def labelled(number: int, media_type: str = "text/plain", language: str = "en", **metadata: str) -> IndexedPassage:
    passage = indexed(number, document=f"d{number}", language=language)
    return replace(passage, attributes=Attributes(media_type, metadata))


LIBRARY = [
    labelled(1, "application/pdf", tags="hr, leave", date="2023-12-31T23:59:59Z", dept="HR", year="2023"),
    labelled(2, "application/pdf", "zh", tags="人事；休假", date="2024-01-01", dept="人力资源", year="2024"),
    labelled(3, "text/html", tags="hr", date="2024-06-01T08:00:00+08:00", dept="HR", year="2024.5"),
    labelled(4, tags="", date="last spring", dept="", year="MMXXIV"),
    labelled(5, **{"dept=HR": "x", "生效 日": "2024-02-29", "of": "dept=HR"}),
    replace(indexed(6, document="d6"), attributes=NO_ATTRIBUTES),
]

CASES: list[tuple[Filter, set[int]]] = [
    (Filter(), {1, 2, 3, 4, 5, 6}),
    (Filter(documents=("d1", "d4", "d9")), {1, 4}),
    (Filter(documents=()), set()),
    (Filter(languages=("zh",)), {2}),
    (Filter(languages=("zh", "en")), {1, 2, 3, 4, 5, 6}),
    (Filter(media_types=("application/pdf", "text/html")), {1, 2, 3}),
    (Filter(tags=("hr",)), {1, 3}),
    (Filter(tags=("休假", "leave")), {1, 2}),
    (Filter(tags=("",)), set()),
    (Filter(tags=("HR",)), set()),
    (Filter(since=NEW_YEAR), {2, 3}),
    (Filter(until=NEW_YEAR), {1}),
    (Filter(since=NEW_YEAR, until=datetime(2024, 6, 1, tzinfo=UTC)), {2}),
    (Filter(since=datetime(2024, 6, 1, 8, tzinfo=timezone(timedelta(hours=8)))), {3}),
    (Filter(metadata=(OneOf("dept", ("HR",)),)), {1, 3}),
    (Filter(metadata=(OneOf("dept", ("HR", "人力资源")),)), {1, 2, 3}),
    (Filter(metadata=(OneOf("dept", ("",)),)), {4}),
    (Filter(metadata=(OneOf("dept", ()),)), set()),
    (Filter(metadata=(Not(OneOf("dept", ("HR",))),)), {2, 4, 5, 6}),
    (Filter(metadata=(Present("dept"),)), {1, 2, 3, 4}),
    (Filter(metadata=(Not(Present("dept")),)), {5, 6}),
    (Filter(metadata=(Present("dept=HR"),)), {5}),
    (Filter(metadata=(Between("year", at_least=2024),)), {2, 3}),
    (Filter(metadata=(Between("year", above=2023, below=2024.5),)), {2}),
    (Filter(metadata=(Not(Between("year", at_least=2024)),)), {1, 4, 5, 6}),
    (Filter(metadata=(Between("生效 日", at_most=datetime(2024, 2, 29, tzinfo=UTC)),)), {5}),
    (Filter(metadata=(Between("生效 日", below=datetime(2024, 2, 29, tzinfo=UTC)),)), set()),
    (Filter(metadata=(Between("date", at_least=NEW_YEAR), OneOf("dept", ("HR",)))), {3}),
    (Filter(tags=("hr",), since=NEW_YEAR, media_types=("application/pdf",)), set()),
]  # fmt: skip


async def assert_lets_through(index: PassageIndex, filter: Filter, expected: set[int]) -> None:
    scope = Scope(filter=filter)
    by_vector, by_terms = await index.search([Leg(VECTOR, 50, scope), Leg(TERMS, 50, scope)])
    assert set(numbers(by_vector)) == expected, filter
    assert set(numbers(by_terms)) == expected, filter
    assert await index.count(scope) == len(expected), filter


def test_every_part_of_a_filter_lets_through_what_it_says(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert(LIBRARY)
        for filter, expected in CASES:
            await assert_lets_through(index, filter, expected)

    use(backend, work)


def test_a_filter_narrows_before_the_best_are_chosen(backend: Backend) -> None:
    """One passage in a hundred passes, and the worst of all: with a limit of one it is still found."""
    passages = [indexed(number, (1, 0, 0, 0)) for number in range(1, 100)]
    wanted = replace(labelled(100, dept="HR"), vector=np.asarray([0.1, 0, 0, 0], np.float32))

    async def work(index: PassageIndex) -> None:
        await index.upsert([*passages, wanted])
        scope = Scope(filter=Filter(metadata=(OneOf("dept", ("HR",)),)))
        [by_vector, by_terms] = await index.search([Leg(VECTOR, 1, scope), Leg(TERMS, 1, scope)])
        assert numbers(by_vector) == numbers(by_terms) == [100]

    use(backend, work)


def test_labelling_replaces_the_attributes_of_one_document_and_no_vectors(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert(LIBRARY)
        await index.label("d1", Attributes("application/pdf", {"tags": "legal", "size": "7"}))
        await index.label("d6", Attributes("text/csv", {"dept": "HR"}))
        await index.label("nobody", Attributes("text/csv", {"dept": "HR"}))

        await assert_lets_through(index, Filter(tags=("hr",)), {3})
        await assert_lets_through(index, Filter(tags=("legal",)), {1})
        await assert_lets_through(index, Filter(until=NEW_YEAR), set())
        await assert_lets_through(index, Filter(metadata=(Between("year", at_least=0),)), {2, 3})
        await assert_lets_through(index, Filter(metadata=(Between("size", at_least=7),)), {1})
        await assert_lets_through(index, Filter(metadata=(OneOf("dept", ("HR",)),)), {3, 6})
        [hits] = await index.search([Leg(VECTOR, 50, with_vectors=True)])
        assert {hit.passage for hit in hits} == {one.passage for one in LIBRARY}

    use(backend, work)


def test_attributes_are_there_after_reopening(backend: Backend) -> None:
    async def fill(index: PassageIndex) -> None:
        await index.upsert(LIBRARY[:2])

    async def look(index: PassageIndex) -> None:
        await index.upsert(LIBRARY[2:])
        await assert_lets_through(index, Filter(metadata=(Between("year", at_least=2024),)), {2, 3})

    use(backend, fill)
    use(backend, look)


_KEYS = st.sampled_from(["dept", "year", "date", "tags", "部门", "a b", "a.b"])
_VALUES = st.sampled_from(
    ["HR", "1", "2", "2.5", "-1", "2024-01-01", "2024-05-05T10:00:00+08:00", "x, y", "y", "", "人事"]
)
_METADATA = st.dictionaries(_KEYS, _VALUES, max_size=4)
_MOMENTS = st.sampled_from([datetime(2023, 1, 1, tzinfo=UTC), NEW_YEAR, datetime(2024, 5, 5, 2, tzinfo=UTC)])
_NUMBERS = st.sampled_from([-1.0, 0.0, 1.0, 2.0, 2.5])


@st.composite
def _between(draw: st.DrawFn) -> Between:
    bounds = draw(st.sampled_from([_NUMBERS, _MOMENTS]))
    sides = draw(st.sets(st.sampled_from(["at_least", "above", "at_most", "below"]), min_size=1, max_size=2))
    return Between(draw(_KEYS), **{side: draw(bounds) for side in sides})


_TESTS = st.one_of(
    st.builds(OneOf, _KEYS, st.lists(_VALUES, max_size=2).map(tuple)), st.builds(Present, _KEYS), _between()
)
_FILTERS = st.builds(
    Filter,
    documents=st.none() | st.lists(st.sampled_from(["d1", "d2", "d3", "d9"]), max_size=3).map(tuple),
    languages=st.none() | st.lists(st.sampled_from(["en", "zh"]), max_size=2).map(tuple),
    media_types=st.none() | st.lists(st.sampled_from(["a/a", "b/b"]), max_size=2).map(tuple),
    tags=st.none() | st.lists(st.sampled_from(["x", "y", "HR"]), max_size=2).map(tuple),
    since=st.none() | _MOMENTS,
    until=st.none() | _MOMENTS,
    metadata=st.lists(_TESTS | st.builds(Not, _TESTS), max_size=3).map(tuple),
)
_WORLDS = st.lists(
    st.tuples(st.sampled_from(["a/a", "b/b"]), st.sampled_from(["en", "zh"]), _METADATA), min_size=1, max_size=15
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=_WORLDS, filters=st.lists(_FILTERS, min_size=10, max_size=30))
def test_no_leg_returns_what_the_filter_excludes(backend: Backend, world: list[Any], filters: Sequence[Filter]) -> None:
    passages = [
        labelled(number, media_type, language, **metadata)
        for number, (media_type, language, metadata) in enumerate(world, start=1)
    ]

    async def work(index: PassageIndex) -> None:
        await index.delete_version("v1")
        await index.upsert(passages)
        for filter in filters:
            expected = {number for number, one in enumerate(passages, start=1) if _passes(one, filter)}
            await assert_lets_through(index, filter, expected)

    use(backend, work)


def _passes(one: IndexedPassage, filter: Filter) -> bool:
    """The same in plain Python, from the words of `Filter`."""
    metadata = one.attributes.metadata
    tags = {tag.strip() for tag in metadata.get("tags", "").split(",")} - {""}
    date = _moment(metadata.get("date", ""))
    return (
        (filter.documents is None or one.passage.document_id in filter.documents)
        and (filter.languages is None or one.passage.language in filter.languages)
        and (filter.media_types is None or one.attributes.media_type in filter.media_types)
        and (filter.tags is None or bool(tags & set(filter.tags)))
        and (filter.since is None or (date is not None and date >= filter.since))
        and (filter.until is None or (date is not None and date < filter.until))
        and all(_holds(condition, metadata) for condition in filter.metadata)
    )


def _holds(condition: Condition, metadata: Any) -> bool:
    match condition:
        case Not(inner):
            return not _holds(inner, metadata)
        case Present(key):
            return key in metadata
        case OneOf(key, values):
            return metadata.get(key) in values
    text = metadata.get(condition.key, "")
    value: Any = _moment(text) if condition.is_of_moments else _number(text)
    return value is not None and (
        (condition.at_least is None or value >= condition.at_least)
        and (condition.above is None or value > condition.above)
        and (condition.at_most is None or value <= condition.at_most)
        and (condition.below is None or value < condition.below)
    )


def _moment(text: str) -> datetime | None:
    return {"2024-01-01": NEW_YEAR, "2024-05-05T10:00:00+08:00": datetime(2024, 5, 5, 2, tzinfo=UTC)}.get(text)


def _number(text: str) -> float | None:
    return {"1": 1.0, "2": 2.0, "2.5": 2.5, "-1": -1.0}.get(text)

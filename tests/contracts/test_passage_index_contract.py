"""What every PassageIndex keeps: one suite, run on each backend."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qdrant_client import AsyncQdrantClient

from rag.documents import ElementKind, Passage, Span
from rag.errors import IndexModelMismatch
from rag.index.edge import EdgePassageIndex
from rag.index.passage_index import IndexedPassage, Leg, PassageIndex, Scope, SparseTerms
from rag.index.server import ServerPassageIndex
from rag.models.embedding import EmbedderIdentity
from rag.settings import IndexSettings

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant:UserWarning")

IDENTITY = EmbedderIdentity("small", "r1", 4, "query: ", "passage: ")
HALF_PRECISION = 2e-3

Backend = Callable[[], PassageIndex]
"""Each call gives another index object on the same storage."""


def _edge(folder: Path) -> Backend:
    return lambda: EdgePassageIndex(folder / "index")


def _local_client(folder: Path) -> Backend:
    return lambda: ServerPassageIndex(IndexSettings(quantisation="none"), AsyncQdrantClient(path=str(folder)))


def _server(folder: Path) -> Backend:
    url = os.environ.get("CHUCHU_TEST_QDRANT_URL")
    if not url:
        pytest.skip("needs Qdrant: docker compose up -d qdrant && export CHUCHU_TEST_QDRANT_URL=http://127.0.0.1:6333")
    server = IndexSettings(url=url, name=f"test-{uuid4().hex}")
    return lambda: ServerPassageIndex(server)


BACKENDS = {"edge": _edge, "client": _local_client, "server": _server}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    made: Backend = BACKENDS[request.param](tmp_path)
    yield made
    if request.param == "server":
        asyncio.run(_drop(made))


async def _drop(backend: Backend) -> None:
    index: Any = backend()
    await index._client.delete_collection(index._name)
    await index.close()


def use(backend: Backend, work: Callable[[PassageIndex], Coroutine[Any, Any, Any]]) -> Any:
    """Open an index, work with it, close it."""

    async def session() -> Any:
        index = backend()
        await index.open(IDENTITY)
        try:
            return await work(index)
        finally:
            await index.close()

    return asyncio.run(session())


def indexed(
    number: int,
    vector: Sequence[float] = (1, 0, 0, 0),
    terms: SparseTerms = SparseTerms((7,), (1.0,)),
    *,
    version: str = "v1",
    document: str = "d1",
    collection: str = "c1",
    language: str = "en",
) -> IndexedPassage:
    passage = Passage(
        id=str(UUID(int=number)),
        document_id=document,
        version_id=version,
        collection=collection,
        span=Span(number, number + 10),
        context="Handbook › Leave",
        language=language,  # type: ignore[arg-type]
        kinds=(ElementKind.PARAGRAPH, ElementKind.TABLE),
        pages=(1, 2),
    )
    return IndexedPassage(passage, np.asarray(vector, dtype=np.float32), terms)


def dense(*vector: float, limit: int = 10, scope: Scope = Scope(), with_vectors: bool = False) -> Leg:
    return Leg(np.asarray(vector, dtype=np.float32), limit, scope, with_vectors)


def numbers(hits: Sequence[Any]) -> list[int]:
    return [UUID(hit.passage.id).int for hit in hits]


def test_an_empty_index_searches_counts_and_deletes(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        legs = [dense(1, 0, 0, 0), Leg(SparseTerms((7,), (1.0,)), 10)]
        assert await index.search(legs) == [[], []]
        assert await index.search([]) == []
        assert await index.count() == 0
        assert await index.version_passage_ids("v1") == set()
        await index.upsert([])
        await index.delete_version("v1")
        await index.optimize()

    use(backend, work)


def test_dense_hits_come_best_first_with_their_dot_products(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert([indexed(1, (1, 0, 0, 0)), indexed(2, (0.6, 0.8, 0, 0)), indexed(3, (0, 0, 1, 0))])
        [hits] = await index.search([dense(0.5, 1, 0, 0)])
        assert numbers(hits) == [2, 1, 3]
        assert [hit.score for hit in hits] == pytest.approx([1.1, 0.5, 0.0], abs=HALF_PRECISION)

    use(backend, work)


def test_a_passage_comes_back_whole(backend: Backend) -> None:
    stored = indexed(1, language="zh")

    async def work(index: PassageIndex) -> None:
        await index.upsert([stored])
        [[hit]] = await index.search([dense(1, 0, 0, 0)])
        assert hit.passage == stored.passage
        assert hit.vector is None

    use(backend, work)


def test_vectors_come_when_the_leg_asks(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert([indexed(1, (0.6, 0.8, 0, 0))])
        [[by_vector], [by_terms]] = await index.search(
            [dense(1, 0, 0, 0, with_vectors=True), Leg(SparseTerms((7,), (1.0,)), 1, with_vectors=True)]
        )
        for hit in (by_vector, by_terms):
            assert hit.vector is not None
            assert hit.vector.dtype == np.float32
            assert hit.vector == pytest.approx([0.6, 0.8, 0, 0], abs=HALF_PRECISION)

    use(backend, work)


def test_a_leg_passes_over_its_best_hits(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert(
            [indexed(n, (n / 10, 0, 0, 0), SparseTerms((7,), (float(n),))) for n in range(1, 6)],
        )
        by_vector, by_terms, beyond = await index.search(
            [
                Leg(np.asarray((1, 0, 0, 0), dtype=np.float32), 2, offset=1),
                Leg(SparseTerms((7,), (1.0,)), 1, offset=3),
                Leg(SparseTerms((7,), (1.0,)), 1, offset=5),
            ]
        )
        assert (numbers(by_vector), numbers(by_terms), numbers(beyond)) == ([4, 3], [2], [])

    use(backend, work)


def test_vectors_are_given_by_id(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert([indexed(1, (0.6, 0.8, 0, 0)), indexed(2)])
        found = await index.vectors([str(UUID(int=1)), str(UUID(int=9))])
        assert list(found) == [str(UUID(int=1))]
        assert found[str(UUID(int=1))] == pytest.approx([0.6, 0.8, 0, 0], abs=HALF_PRECISION)
        assert await index.vectors([]) == {}

    use(backend, work)


def test_lexical_scores_are_weight_times_idf(backend: Backend) -> None:
    """N = 3. Term 1 is in one passage: ln((3-1+.5)/(1+.5)+1) = 0.9808; term 2 in two: ln((3-2+.5)/(2+.5)+1) = 0.47."""
    passages = [
        indexed(1, terms=SparseTerms((1, 2), (2.0, 1.0))),
        indexed(2, terms=SparseTerms((2, 4294967295), (1.5, 1.0))),
        indexed(3, terms=SparseTerms((3,), (1.0,))),
    ]

    async def work(index: PassageIndex) -> None:
        await index.upsert(passages)
        [hits] = await index.search([Leg(SparseTerms((1, 2), (1.0, 1.0)), 10)])
        assert numbers(hits) == [1, 2]
        assert [hit.score for hit in hits] == pytest.approx([2 * 0.9808 + 0.4700, 1.5 * 0.4700], abs=1e-2)

    use(backend, work)


def test_a_passage_or_question_without_terms_is_no_error(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert([indexed(1, terms=SparseTerms((), ()))])
        assert await index.search([Leg(SparseTerms((), ()), 5), Leg(SparseTerms((7,), (1.0,)), 5)]) == [[], []]

    use(backend, work)


def test_upserting_again_doubles_nothing_and_takes_the_new_state(backend: Backend) -> None:
    async def work(index: PassageIndex) -> None:
        await index.upsert([indexed(1, (1, 0, 0, 0)), indexed(2)])
        await index.upsert([indexed(1, (0, 1, 0, 0), language="zh"), indexed(2)])
        assert await index.count() == 2
        assert await index.count(Scope(language="zh")) == 1
        [hits] = await index.search([dense(0, 1, 0, 0, limit=1)])
        assert numbers(hits) == [1]
        assert hits[0].score == pytest.approx(1, abs=HALF_PRECISION)

    use(backend, work)


def test_legs_keep_to_their_own_scopes(backend: Backend) -> None:
    passages = [
        indexed(1, collection="a", language="en", document="x"),
        indexed(2, collection="a", language="zh", document="x"),
        indexed(3, collection="b", language="zh", document="y"),
        indexed(4, collection="b", language="en", document="z"),
    ]
    cases = [
        (Scope(), {1, 2, 3, 4}),
        (Scope(collection="a"), {1, 2}),
        (Scope(language="zh"), {2, 3}),
        (Scope(document_ids=("x", "y")), {1, 2, 3}),
        (Scope("a", "zh", ("x", "y")), {2}),
        (Scope("a", "zh", ("y",)), set()),
        (Scope(document_ids=()), set()),
        (Scope(collection="A"), set()),
    ]

    async def work(index: PassageIndex) -> None:
        await index.upsert(passages)
        by_vector = await index.search([dense(1, 0, 0, 0, scope=scope) for scope, _ in cases])
        by_terms = await index.search([Leg(SparseTerms((7,), (1.0,)), 10, scope) for scope, _ in cases])
        for (scope, expected), vector_hits, term_hits in zip(cases, by_vector, by_terms, strict=True):
            assert set(numbers(vector_hits)) == expected, scope
            assert set(numbers(term_hits)) == expected, scope
            assert await index.count(scope) == len(expected), scope

    use(backend, work)


def test_deleting_a_version_takes_its_passages_and_no_other(backend: Backend) -> None:
    old = [indexed(number, version="v1") for number in range(1, 4)]
    new = [indexed(number, version="v2") for number in range(4, 6)]

    async def work(index: PassageIndex) -> None:
        await index.upsert([*old, *new])
        assert await index.version_passage_ids("v1") == {passage.passage.id for passage in old}
        await index.delete_version("v1")
        await index.delete_version("v1")
        assert await index.version_passage_ids("v1") == set()
        assert await index.version_passage_ids("v2") == {passage.passage.id for passage in new}
        [hits] = await index.search([dense(1, 0, 0, 0)])
        assert set(numbers(hits)) == {4, 5}

    use(backend, work)


def test_a_version_of_more_passages_than_a_page_is_listed_and_deleted_whole(backend: Backend) -> None:
    passages = [indexed(number) for number in range(1, 1_102)]

    async def work(index: PassageIndex) -> None:
        await index.upsert(passages)
        assert len(await index.version_passage_ids("v1")) == 1101
        await index.delete_version("v1")
        assert await index.count() == 0

    use(backend, work)


def test_everything_is_there_after_reopening(backend: Backend) -> None:
    async def fill(index: PassageIndex) -> None:
        await index.upsert([indexed(1, version="v1"), indexed(2, version="v2"), indexed(3, version="v2")])
        await index.delete_version("v1")

    async def look(index: PassageIndex) -> set[str]:
        assert await index.count() == 2
        return await index.version_passage_ids("v2")

    use(backend, fill)
    assert use(backend, look) == {str(UUID(int=2)), str(UUID(int=3))}


@pytest.mark.parametrize(
    "other",
    [
        EmbedderIdentity("large", "r1", 4, "query: ", "passage: "),
        EmbedderIdentity("small", "r2", 4, "query: ", "passage: "),
        EmbedderIdentity("small", "r1", 8, "query: ", "passage: "),
        EmbedderIdentity("small", "r1", 4, "", "passage: "),
    ],
)
def test_another_embedder_is_refused_and_the_index_stays_usable(backend: Backend, other: EmbedderIdentity) -> None:
    async def fill(index: PassageIndex) -> None:
        await index.upsert([indexed(1)])

    async def open_as_other() -> None:
        index = backend()
        try:
            await index.open(other)
        finally:
            await index.close()

    async def count(index: PassageIndex) -> int:
        return await index.count()

    use(backend, fill)
    with pytest.raises(IndexModelMismatch) as refusal:
        asyncio.run(open_as_other())
    assert "small@r1" in str(refusal.value)
    assert f"{other.model}@{other.revision}" in str(refusal.value)
    assert use(backend, count) == 1


def test_searches_beside_an_upsert_see_whole_passages(backend: Backend) -> None:
    batches = [[indexed(100 * batch + number + 1, version=f"v{batch}") for number in range(20)] for batch in range(10)]

    async def work(index: PassageIndex) -> None:
        written = asyncio.Event()

        async def write() -> None:
            for batch in batches:
                await index.upsert(batch)
            written.set()

        async def read() -> int:
            searches = 0
            while not written.is_set() or searches == 0:
                [hits] = await index.search([dense(1, 0, 0, 0, limit=500, scope=Scope(collection="c1"))])
                assert all(hit.passage.context == "Handbook › Leave" for hit in hits)
                assert len(set(numbers(hits))) == len(hits)
                searches += 1
                await asyncio.sleep(0)
            return searches

        _, *searches = await asyncio.gather(write(), *(read() for _ in range(4)))
        assert all(searches)
        assert await index.count() == 200

    use(backend, work)


_WORLDS = st.lists(
    st.tuples(
        st.tuples(*[st.integers(-4, 4)] * 4),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["en", "zh", "other"]),
        st.sampled_from(["d1", "d2", "d3"]),
    ),
    max_size=25,
)
_SCOPES = st.builds(
    Scope,
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([None, "en", "zh", "other"]),
    st.none() | st.lists(st.sampled_from(["d1", "d2", "d3", "d4"]), max_size=3).map(tuple),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=_WORLDS, query=st.tuples(*[st.integers(-4, 4)] * 4), scopes=st.lists(_SCOPES, min_size=1, max_size=4))
def test_searches_equal_a_brute_force_scan(
    backend: Backend, world: list[Any], query: tuple[int, ...], scopes: list[Scope]
) -> None:
    """Small integers are exact in half precision, so scores are compared for equality; ties may come in any order."""
    passages = [
        indexed(number + 1, vector, collection=collection, language=language, document=document)
        for number, (vector, collection, language, document) in enumerate(world)
    ]

    def expected(scope: Scope) -> dict[str, float]:
        return {
            each.passage.id: float(each.vector @ np.asarray(query, dtype=np.float32))
            for each in passages
            if scope.collection in (None, each.passage.collection)
            and scope.language in (None, each.passage.language)
            and (scope.document_ids is None or each.passage.document_id in scope.document_ids)
        }

    async def work(index: PassageIndex) -> None:
        await index.delete_version("v1")
        await index.upsert(passages)
        results = await index.search([dense(*query, limit=50, scope=scope) for scope in scopes])
        for scope, hits in zip(scopes, results, strict=True):
            assert {hit.passage.id: hit.score for hit in hits} == expected(scope)
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    use(backend, work)

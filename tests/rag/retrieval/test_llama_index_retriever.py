"""LlamaIndex's side: the nodes, from its async and its sync door, and in one of its own query engines."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core.base.base_retriever import BaseRetriever

from rag.index.filters import Filter
from rag.retrieval.llama_index_retriever import ChuchuRetriever
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty lasts 24 months."
LEAVE = "There are fifteen days of paid leave."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_nodes_say_where_their_words_stand(library: Library) -> None:
    version = await library.add("a.txt", f"{LEAVE}\n{WARRANTY}", title="Handbook", paged=True)
    retriever = ChuchuRetriever(library.retriever())

    nodes = await retriever.aretrieve("How long does the warranty last?")

    assert isinstance(retriever, BaseRetriever)
    best = nodes[0]
    assert [node.node.get_content() for node in nodes] == [WARRANTY, LEAVE]
    assert nodes[0].score > nodes[1].score  # type: ignore[operator]
    metadata = best.node.metadata
    assert (metadata["version_id"], metadata["title"], metadata["uri"]) == (version, "Handbook", "a.txt")
    assert f"{LEAVE}\n{WARRANTY}"[metadata["start"] : metadata["end"]] == WARRANTY
    assert (metadata["rank"], metadata["language"], metadata["collection"]) == (1, "en", "default")
    assert metadata["why"].keys() >= {"dense", "lexical"}
    (listing,) = await library.stores.documents.documents()
    assert metadata["document_id"] == listing.document.id


async def test_the_sync_door_works_from_other_threads_and_gives_the_same(library: Library) -> None:
    await library.add("a.txt", f"{LEAVE}\n{WARRANTY}")
    retriever = ChuchuRetriever(library.retriever())

    awaited = await retriever.aretrieve("warranty")
    called = await asyncio.to_thread(retriever.retrieve, "warranty")

    assert [(node.node_id, node.score) for node in called] == [(node.node_id, node.score) for node in awaited]


async def test_the_sync_door_does_not_wait_for_itself(library: Library) -> None:
    with pytest.raises(RuntimeError, match="await aretrieve"):
        ChuchuRetriever(library.retriever()).retrieve("warranty")


async def test_collection_filter_and_limit_are_kept_to(library: Library) -> None:
    await library.add("a.txt", f"{WARRANTY}\n{LEAVE}", collection="staff", metadata={"tags": "hr"})
    await library.add("b.txt", f"Another {WARRANTY}", collection="staff")
    await library.add("c.txt", f"A third {WARRANTY}", collection="sales", metadata={"tags": "hr"})

    chosen = ChuchuRetriever(library.retriever(), collection="staff", filter=Filter(tags=("hr",)), limit=1)

    assert [node.node.get_content() for node in await chosen.aretrieve("warranty")] == [WARRANTY]


async def test_a_model_is_shown_title_and_words(library: Library) -> None:
    from llama_index.core.schema import MetadataMode

    await library.add("a.txt", WARRANTY, title="Handbook")

    (node,) = await ChuchuRetriever(library.retriever()).aretrieve("warranty")

    assert node.node.get_content(MetadataMode.LLM) == f"title: Handbook\n\n{WARRANTY}"
    assert node.node.get_content(MetadataMode.EMBED) == WARRANTY


async def test_llama_indexs_own_query_engine_runs_on_it(library: Library) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    await library.add("a.txt", WARRANTY)
    engine = RetrieverQueryEngine.from_args(ChuchuRetriever(library.retriever()), llm=MockLLM())

    answer = await engine.aquery("How long does the warranty last?")

    assert [node.node.get_content() for node in answer.source_nodes] == [WARRANTY]
    assert WARRANTY in str(answer)

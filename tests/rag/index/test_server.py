from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient, models

from rag.errors import IndexUnavailable
from rag.index.server import ServerPassageIndex
from rag.models.embedding import EmbedderIdentity
from rag.settings import IndexSettings

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant:UserWarning")

IDENTITY = EmbedderIdentity("small", "r1", 4)


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(IndexUnavailable, match=url):
            asyncio.run(ServerPassageIndex(IndexSettings(url=url)).open(IDENTITY))


def test_a_collection_of_somebody_else_is_not_written_into() -> None:
    async def open_foreign() -> None:
        client = AsyncQdrantClient(location=":memory:")
        params = models.VectorParams(size=4, distance=models.Distance.DOT)
        await client.create_collection("chuchu", vectors_config={"dense": params})
        with pytest.raises(IndexUnavailable, match=r"set another index\.name"):
            await ServerPassageIndex(IndexSettings(), client).open(IDENTITY)

    asyncio.run(open_foreign())


class Recording(AsyncQdrantClient):
    """The client of the local mode, which says what collection and payload indexes it was asked to make."""

    def __init__(self) -> None:
        super().__init__(location=":memory:")
        self.collection: dict[str, Any] = {}
        self.fields: dict[str, Any] = {}

    async def create_collection(self, collection_name: str, **asked: Any) -> bool:
        self.collection = asked
        return await super().create_collection(collection_name, **asked)

    async def create_payload_index(self, collection_name: str, field_name: str, field_schema: Any) -> Any:
        self.fields[field_name] = field_schema
        return await super().create_payload_index(collection_name, field_name, field_schema)


def made_with(**settings: Any) -> Recording:
    client = Recording()
    asyncio.run(ServerPassageIndex(IndexSettings(**settings), client).open(IDENTITY))
    return client


def test_a_collection_is_made_as_the_settings_say() -> None:
    made = made_with(shards=6, replicas=2, quantisation="binary", on_disk=True).collection

    dense = made["vectors_config"]["dense"]
    assert (made["shard_number"], made["replication_factor"]) == (6, 2)
    assert isinstance(dense.quantization_config, models.BinaryQuantization)
    assert (dense.on_disk, dense.hnsw_config.on_disk) == (True, True)
    assert made["sparse_vectors_config"]["bm25"].index.on_disk is True


def test_quantised_vectors_stay_in_memory_and_what_they_stand_for_on_disk() -> None:
    dense = made_with().collection["vectors_config"]["dense"]

    assert dense.quantization_config.scalar.always_ram is True
    assert (dense.on_disk, dense.hnsw_config.on_disk) == (True, False)


def test_without_quantisation_the_vectors_are_in_memory() -> None:
    dense = made_with(quantisation="none").collection["vectors_config"]["dense"]

    assert (dense.quantization_config, dense.on_disk) == (None, False)


def test_passages_of_one_collection_lie_together() -> None:
    fields = made_with().fields

    assert fields["collection"].is_tenant is True
    assert fields["language"] == models.PayloadSchemaType.KEYWORD

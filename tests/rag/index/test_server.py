from __future__ import annotations

import asyncio
import socket

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

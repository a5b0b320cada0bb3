"""The passage index on a Qdrant server or cluster, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
import numpy as np
import numpy.typing as npt
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException

from rag.errors import IndexUnavailable
from rag.index.attribute_fields import INDEXED_FIELDS, MOST_RANGE_FIELDS, FieldKind, attribute_fields, range_fields
from rag.index.attributes import Attributes
from rag.index.identity import identity_of, identity_record, refuse_mismatch
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope
from rag.index.payload import DENSE
from rag.index.server_records import (
    dense_vector,
    document_filter,
    field_schema,
    hit,
    point,
    query_request,
    scope_filter,
    sparse_vectors_config,
    vectors_config,
    version_filter,
)
from rag.models.embedding import EmbedderIdentity
from rag.settings import IndexSettings

_UPSERT_BATCH = 256  # 1,024 dimensions as JSON are about 5 MB of the server's limit of 32
_SCROLL_PAGE = 1000


class ServerPassageIndex:
    """The collection's metadata remembers the embedder. The server builds its HNSW graphs on its own.

    `client` replaces the connection that the settings describe.
    """

    def __init__(self, settings: IndexSettings, client: AsyncQdrantClient | None = None) -> None:
        self._settings = settings
        self._name = settings.name
        self._where = settings.url
        self._client = client or AsyncQdrantClient(
            url=settings.url,
            api_key=settings.api_key.get_secret_value() or None,
            timeout=max(1, round(settings.timeout_s)),
            check_compatibility=False,  # it would warn, and block, before the first call
        )
        self._range_fields: set[str] = set()

    async def open(self, identity: EmbedderIdentity) -> None:
        async with self._answering():
            if not await self._client.collection_exists(self._name):
                await self._create(identity)
        refuse_mismatch(await self._identity(), identity)
        await self._index_fields(INDEXED_FIELDS)  # again at every opening: creation may have been cut short

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        await self._index_ranges([passage.attributes for passage in passages])
        for start in range(0, len(passages), _UPSERT_BATCH):
            points = [point(passage) for passage in passages[start : start + _UPSERT_BATCH]]
            async with self._answering():
                await self._client.upsert(self._name, points, wait=True)

    async def search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        if not legs:
            return []
        async with self._answering():
            results = await self._client.query_batch_points(
                self._name, [query_request(leg, self._settings.quantisation) for leg in legs]
            )
        return [[hit(found) for found in result.points] for result in results]

    async def vectors(self, passage_ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        async with self._answering():
            records = await self._client.retrieve(
                self._name, list(passage_ids), with_payload=False, with_vectors=[DENSE]
            )
        found = ((str(record.id), dense_vector(record)) for record in records)
        return {passage_id: vector for passage_id, vector in found if vector is not None}

    async def label(self, document_id: str, attributes: Attributes) -> None:
        await self._index_ranges([attributes])
        fields, selected = attribute_fields(attributes), document_filter(document_id)
        async with self._answering():
            await self._client.set_payload(self._name, fields, selected, wait=True)

    async def delete_version(self, version_id: str) -> None:
        selector = models.FilterSelector(filter=version_filter(version_id))
        async with self._answering():
            await self._client.delete(self._name, selector, wait=True)

    async def version_passage_ids(self, version_id: str) -> set[str]:
        ids: set[str] = set()
        offset = None
        async with self._answering():
            while True:
                records, offset = await self._client.scroll(
                    self._name, version_filter(version_id), limit=_SCROLL_PAGE, offset=offset, with_payload=False
                )
                ids.update(str(record.id) for record in records)
                if offset is None:
                    return ids

    async def count(self, scope: Scope = Scope()) -> int:
        async with self._answering():
            return (await self._client.count(self._name, scope_filter(scope), exact=True)).count

    async def optimize(self) -> None:
        """Nothing to do: the server optimises in the background."""

    async def close(self) -> None:
        await self._client.close()

    async def _index_ranges(self, attributes: Sequence[Attributes]) -> None:
        """Index what ranges look at, while there is room for more indexes; filters work without, and take longer.

        What other processes have indexed is asked when something new comes up.
        """
        wanted: dict[str, FieldKind] = {}
        for one in attributes:
            wanted |= range_fields(one)
        if wanted.keys() <= self._range_fields:
            return
        async with self._answering():
            present = (await self._client.get_collection(self._name)).payload_schema.keys() - INDEXED_FIELDS.keys()
        room = MOST_RANGE_FIELDS - len(present)
        new = [field for field in wanted if field not in present][: max(0, room)]
        await self._index_fields({field: wanted[field] for field in new})
        self._range_fields |= wanted.keys()

    async def _index_fields(self, fields: Mapping[str, FieldKind]) -> None:
        async with self._answering():
            for field, kind in fields.items():
                await self._client.create_payload_index(self._name, field, field_schema(field, kind))

    async def _create(self, identity: EmbedderIdentity) -> None:
        """Two processes may start at once: the one that comes second finds the collection made."""
        try:
            await self._client.create_collection(
                self._name,
                vectors_config=vectors_config(identity.dimension, self._settings),
                sparse_vectors_config=sparse_vectors_config(self._settings),
                shard_number=self._settings.shards,
                replication_factor=self._settings.replicas,
                metadata=dict(identity_record(identity)),
            )
        except ApiException:
            if not await self._client.collection_exists(self._name):
                raise

    async def _identity(self) -> EmbedderIdentity:
        async with self._answering():
            info = await self._client.get_collection(self._name)
        try:
            return identity_of(info.config.metadata or {})
        except KeyError:
            reason = f"the collection {self._name} was not made by chuchu; set another index.name"
            raise IndexUnavailable(where=self._where, reason=reason) from None

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        try:
            yield
        except (ApiException, httpx.HTTPError, OSError) as error:
            raise IndexUnavailable(where=self._where, reason=str(error) or type(error).__name__) from error

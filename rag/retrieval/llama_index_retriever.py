"""Our retrieval as a LlamaIndex retriever, for programs that are built on LlamaIndex."""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.documents import ScoredPassage
from rag.index.filters import EVERYTHING, Filter
from rag.retrieval.retriever import Retriever


class ChuchuRetriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Passages as nodes, best first. It belongs to the event loop that it is made on, as the retriever does.

    `aretrieve` is awaited there. `retrieve` is for other threads and waits for that loop; on the loop's own thread it
    would wait for itself, and raises RuntimeError. Both raise Unavailable when index, database or embedder are.
    """

    def __init__(
        self,
        retriever: Retriever,
        *,
        collection: str | None = None,
        filter: Filter = EVERYTHING,
        limit: int | None = None,
        **options: Any,
    ) -> None:
        """`options` are those of LlamaIndex's BaseRetriever. Raises RuntimeError outside of an event loop."""
        super().__init__(**options)
        self._retriever = retriever
        self._collection = collection
        self._filter = filter
        self._limit = limit
        self._loop = asyncio.get_running_loop()

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = await self._retriever.retrieve(
            query_bundle.query_str, collection=self._collection, filter=self._filter, limit=self._limit
        )
        return [node_of(passage) for passage in found.passages]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if _running_loop() is self._loop:
            raise RuntimeError("retrieve() would block the event loop that it needs: await aretrieve() instead")
        return asyncio.run_coroutine_threadsafe(self._aretrieve(query_bundle), self._loop).result()


def node_of(found: ScoredPassage) -> NodeWithScore:
    """A passage as a node: its words, and where they stand. Chat models are shown the title alone besides.

    `start` and `end` are half-open character offsets into the version's text, and `score` falls with the rank only
    where nothing was reranked; then `why` holds what ordered.
    """
    passage = found.passage
    metadata = {
        "document_id": passage.document_id,
        "version_id": passage.version_id,
        "collection": passage.collection,
        "start": passage.span.start,
        "end": passage.span.end,
        "title": found.title,
        "uri": found.uri,
        "context": passage.context,
        "pages": list(passage.pages),
        "language": passage.language,
        "rank": found.rank,
        "why": dict(found.why),
    }
    hidden = [name for name in metadata if name != "title"]
    node = TextNode(
        id_=passage.id,
        text=found.text,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=list(metadata),
        start_char_idx=passage.span.start,
        end_char_idx=passage.span.end,
    )
    return NodeWithScore(node=node, score=found.score)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

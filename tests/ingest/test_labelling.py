from __future__ import annotations

from pathlib import Path

import qdrant_edge as edge

from api.services import Services
from rag.index.filters import Filter
from rag.index.passage_index import Scope
from tests.running import ingested, until, with_services


def test_passages_of_a_release_without_attributes_are_labelled_at_the_start(tmp_path: Path) -> None:
    markdown, described = Filter(media_types=("text/markdown",)), Filter(tags=("hr",))

    async def fill(services: Services) -> None:
        job = await ingested(services, "leave.md", "The notice period is 30 days.")
        await ingested(services, "new.md", "The warranty lasts two years.")
        await services.stores.documents.describe(job.document_id, {"tags": "hr"})

    async def look(services: Services) -> None:
        async def labelled() -> bool:
            return await services.index.count(Scope(filter=markdown)) == 2

        await until(labelled)
        found = await services.retriever.retrieve("notice", filter=described)
        assert [passage.text for passage in found.passages] == ["The notice period is 30 days."]

    with_services(tmp_path, fill)
    [folder] = (tmp_path / "index").glob("shard-*")
    shard = edge.EdgeShard.load(str(folder))
    shard.update(edge.UpdateOperation.delete_payload_by_filter(edge.Filter(), ["facts", "numbers", "moments"]))
    shard.flush()
    shard.close()

    with_services(tmp_path, look)

"""What the embedded index keeps beyond the contract: one owner, whole after a crash, clear words about damage."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from rag.documents import Passage, Span
from rag.errors import DataFolderInUse, IndexDamaged, IndexUnavailable
from rag.index.attributes import Attributes
from rag.index.edge import EdgePassageIndex
from rag.index.filters import Between, Filter, Not, OneOf
from rag.index.manifest import Layout, read_manifest
from rag.index.passage_index import IndexedPassage, Leg, Scope, SparseTerms
from rag.models.embedding import EmbedderIdentity
from rag.settings import IndexSettings

IDENTITY = EmbedderIdentity("small", "r1", 4)
ROOT = Path(__file__).parents[3]


def indexed(number: int, version: str = "v1") -> IndexedPassage:
    passage = Passage(str(UUID(int=number)), "d", version, "c", Span(0, 1), "", "en")
    return IndexedPassage(passage, np.asarray([1, 0, 0, 0], np.float32), SparseTerms((1,), (1.0,)))


async def opened(folder: Path) -> EdgePassageIndex:
    index = EdgePassageIndex(folder)
    await index.open(IDENTITY)
    return index


async def filled(folder: Path, passages: int) -> None:
    index = await opened(folder)
    await index.upsert([indexed(number) for number in range(1, passages + 1)])
    await index.close()


async def count_after_reopening(folder: Path) -> int:
    index = await opened(folder)
    try:
        return await index.count()
    finally:
        await index.close()


def the_shard(folder: Path) -> Path:
    [shard] = folder.glob("shard-*")
    return shard


def test_passages_of_a_release_without_attributes_pass_no_filter_until_they_are_labelled(tmp_path: Path) -> None:
    import qdrant_edge as edge

    asyncio.run(filled(tmp_path, 3))
    shard = edge.EdgeShard.load(str(the_shard(tmp_path)))
    shard.update(edge.UpdateOperation.delete_payload_by_filter(edge.Filter(), ["facts", "numbers", "moments"]))
    shard.update(edge.UpdateOperation.delete_field_index("facts"))
    shard.close()
    year, text = (OneOf("year", ("2024",)), Between("year", at_least=2024)), ("text/plain",)
    filters = [Filter(metadata=year), Filter(media_types=text)]

    async def look() -> tuple[list[int], int, list[int]]:
        index = await opened(tmp_path)
        before = [await index.count(Scope(filter=one)) for one in filters]
        without = await index.count(Scope(filter=Filter(metadata=(Not(year[0]),))))
        await index.label("d", Attributes("text/plain", {"year": "2024"}))
        after = [await index.count(Scope(filter=one)) for one in filters]
        await index.close()
        return before, without, after

    assert asyncio.run(look()) == ([0, 0], 3, [3, 3])


def test_a_second_owner_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    async def both() -> None:
        first = await opened(tmp_path)
        with pytest.raises(DataFolderInUse, match=f"process {os.getpid()}"):
            await opened(tmp_path)
        await first.close()
        await (await opened(tmp_path)).close()

    asyncio.run(both())


def test_a_refused_opening_leaves_the_folder_free(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=r"index\.json"):
            asyncio.run(opened(tmp_path))


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    async def use_after_close() -> None:
        index = await opened(tmp_path)
        await index.close()
        await index.close()
        with pytest.raises(IndexUnavailable, match="not open"):
            await index.count()

    asyncio.run(use_after_close())


def test_a_vector_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    async def search() -> None:
        index = await opened(tmp_path)
        with pytest.raises(IndexUnavailable, match="expected dim: 4, got 2"):
            await index.search([Leg(np.ones(2, np.float32), 1)])
        await index.close()

    asyncio.run(search())


def test_a_half_made_shard_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "shard-half" / "segments").mkdir(parents=True)
    asyncio.run(filled(tmp_path, 3))
    assert the_shard(tmp_path).name != "shard-half"
    assert asyncio.run(count_after_reopening(tmp_path)) == 3


def test_a_lost_manifest_does_not_become_an_empty_index(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path, 3))
    (tmp_path / "index.json").unlink()
    with pytest.raises(IndexDamaged, match=r"index\.json is missing"):
        asyncio.run(opened(tmp_path))


def test_a_lost_shard_does_not_become_an_empty_index(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path, 3))
    shutil.rmtree(the_shard(tmp_path))
    with pytest.raises(IndexDamaged, match="move it away"):
        asyncio.run(opened(tmp_path))


@pytest.mark.parametrize("damaged", ["edge_config.json", "segments/*/segment.json"])
def test_a_damaged_file_is_named(tmp_path: Path, damaged: str) -> None:
    asyncio.run(filled(tmp_path, 3))
    [file] = the_shard(tmp_path).glob(damaged)
    file.write_bytes(b"garbage")
    with pytest.raises(IndexDamaged, match="cannot be read"):
        asyncio.run(opened(tmp_path))


def test_compaction_keeps_every_passage_and_lets_searches_through(tmp_path: Path) -> None:
    async def compact() -> None:
        index = await opened(tmp_path)
        await index.upsert([indexed(number, "old") for number in range(1, 2001)])
        await index.upsert([indexed(number, "new") for number in range(2001, 4001)])
        await index.delete_version("old")
        before = the_shard(tmp_path)
        compaction = asyncio.create_task(index.optimize())
        slowest_s = 0.0
        while not compaction.done():
            started = time.monotonic()
            [hits] = await index.search([Leg(np.ones(4, np.float32), 5)])
            slowest_s = max(slowest_s, time.monotonic() - started)
            assert len(hits) == 5
            await asyncio.sleep(0.005)
        await compaction
        assert slowest_s < 1
        assert the_shard(tmp_path) != before
        assert await index.count() == 2000
        await index.upsert([indexed(5000)])
        await index.close()

    asyncio.run(compact())
    assert asyncio.run(count_after_reopening(tmp_path)) == 2001


async def copied(folder: Path) -> None:
    """Until the copy of the shard is there that is being rewritten."""
    while len(list(folder.glob("shard-*/edge_config.json"))) < 2:  # noqa: ASYNC110, ASYNC240 - a folder tells nobody
        await asyncio.sleep(0.001)


def distinct(passages: int) -> list[IndexedPassage]:
    """Passages with vectors of 32 dimensions that are far from each other."""
    vectors = np.random.default_rng(7).standard_normal((passages, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [replace(indexed(number), vector=vector) for number, vector in enumerate(vectors, start=1)]


def test_much_that_was_written_is_rewritten_quantised_and_found_as_before(tmp_path: Path) -> None:
    passages = distinct(10_000)
    legs = [Leg(passage.vector, 1) for passage in passages[:50]]

    async def rewrite() -> None:
        index = EdgePassageIndex(tmp_path)
        await index.open(EmbedderIdentity("wider", "r1", 32))
        await index.upsert(passages)
        before = await index.search(legs)
        await index.optimize()
        manifest = read_manifest(tmp_path)
        assert manifest is not None
        assert manifest.layout == Layout(10_000, "int8", graph=False)
        assert list(the_shard(tmp_path).rglob("quantized.data"))
        assert await index.search(legs) == before
        shard = the_shard(tmp_path)
        await index.optimize()
        assert the_shard(tmp_path) == shard, "nothing was written since"
        await index.close()

    asyncio.run(rewrite())


def test_a_large_index_gets_a_graph(tmp_path: Path) -> None:
    passages = distinct(1_500)

    async def rewrite() -> None:
        index = EdgePassageIndex(tmp_path, IndexSettings(graph_from=1_000, quantisation="none"))
        await index.open(EmbedderIdentity("wider", "r1", 32))
        await index.upsert([*passages[:1_000], *(replace(one, passage=old(one.passage)) for one in passages[1_000:])])
        await index.delete_version("old")
        await index.optimize()
        manifest = read_manifest(tmp_path)
        assert manifest is not None
        assert manifest.layout == Layout(1_000, "none", graph=True)
        found = await index.search([Leg(passage.vector, 1) for passage in passages[:50]])
        assert [hit.passage for [hit] in found] == [passage.passage for passage in passages[:50]]
        await index.close()

    asyncio.run(rewrite())


def old(passage: Passage) -> Passage:
    return replace(passage, version_id="old")


def test_what_is_written_while_the_shard_is_rewritten_is_kept(tmp_path: Path) -> None:
    async def rewrite() -> None:
        index = await opened(tmp_path)
        await index.upsert([indexed(number, "old") for number in range(1, 2001)])
        await index.upsert([indexed(number, "gone") for number in range(2001, 3001)])
        await index.upsert([indexed(number, "new") for number in range(3001, 4001)])
        await index.delete_version("old")
        rewriting = asyncio.create_task(index.optimize())
        await copied(tmp_path)
        await index.upsert([indexed(5000, "late")])
        await index.delete_version("gone")
        assert not rewriting.done(), "both came in between"
        await rewriting
        assert await index.count() == 1001
        assert len(await index.version_passage_ids("late")) == 1
        await index.close()

    asyncio.run(rewrite())
    assert asyncio.run(count_after_reopening(tmp_path)) == 1001


def test_closing_ends_a_rewriting_and_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    async def close_early() -> None:
        index = await opened(tmp_path)
        await index.upsert([indexed(number, "old") for number in range(1, 1001)])
        await index.delete_version("old")
        await index.upsert([indexed(5000)])
        rewriting = asyncio.create_task(index.optimize())
        await copied(tmp_path)
        await index.close()
        with pytest.raises(IndexUnavailable, match="rewriting it failed"):
            await rewriting

    asyncio.run(close_early())
    assert asyncio.run(count_after_reopening(tmp_path)) == 1
    the_shard(tmp_path)


def test_a_failed_compaction_leaves_the_index_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def compact() -> None:
        index = await opened(tmp_path)
        await index.upsert([indexed(1, "old"), indexed(2, "new")])
        await index.delete_version("old")
        before = the_shard(tmp_path)
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(IndexUnavailable, match="rewriting it failed"):
            await index.optimize()
        assert the_shard(tmp_path) == before
        assert await index.count() == 1
        await index.close()

    asyncio.run(compact())


def test_optimizing_with_little_deleted_does_nothing(tmp_path: Path) -> None:
    async def optimize() -> None:
        index = await opened(tmp_path)
        await index.upsert([indexed(number) for number in range(1, 11)] + [indexed(11, "v2")])
        await index.delete_version("v2")
        before = the_shard(tmp_path)
        await index.optimize()
        assert the_shard(tmp_path) == before
        await index.close()

    asyncio.run(optimize())


WRITER = """
import asyncio, sys
from pathlib import Path
from tests_edge import indexed, opened

async def write() -> None:
    index = await opened(Path(sys.argv[1]))
    number = int(sys.argv[2])
    while True:
        await index.upsert([indexed(n) for n in range(number, number + 50)])
        number += 50
        print(number - 1, flush=True)

asyncio.run(write())
"""


def test_acknowledged_batches_survive_being_killed(tmp_path: Path) -> None:
    """Three times on one folder: kill the writer at a random moment, then look for what it had acknowledged."""
    folder = tmp_path / "index"
    (tmp_path / "tests_edge.py").write_bytes(Path(__file__).read_bytes())
    moments = random.Random(7)
    acknowledged = 0
    for _ in range(3):
        acknowledged = _write_until_killed(folder, acknowledged + 1, moments.uniform(0.05, 0.4))
        assert asyncio.run(_ids(folder)) >= {str(UUID(int=number)) for number in range(1, acknowledged + 1)}


def _write_until_killed(folder: Path, first: int, after_s: float) -> int:
    """The highest number that the writer had acknowledged."""
    paths = os.pathsep.join([str(folder.parent), str(ROOT)])
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert writer.stdout is not None
    with writer:
        lines = [writer.stdout.readline()]
        time.sleep(after_s)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    return int([line for line in lines if line.endswith("\n")][-1])


async def _ids(folder: Path) -> set[str]:
    index = await opened(folder)
    ids = await index.version_passage_ids("v1")
    await index.close()
    return ids

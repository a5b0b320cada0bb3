"""The passage index in the process: Qdrant Edge on a folder of its own."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import qdrant_edge as edge

from rag.errors import IndexDamaged, IndexUnavailable
from rag.index.attribute_fields import INDEXED_FIELDS, MOST_RANGE_FIELDS, FieldKind, attribute_fields, range_fields
from rag.index.attributes import Attributes
from rag.index.edge_records import (
    FIELD_TYPES,
    dense_vector,
    document_filter,
    hit,
    point,
    query_request,
    scope_filter,
    shard_config,
    version_filter,
)
from rag.index.edge_rewriting import rewriting
from rag.index.folder_lock import FolderLock
from rag.index.identity import refuse_mismatch
from rag.index.joined_calls import JoinedCalls
from rag.index.manifest import Layout, Manifest, read_manifest, write_manifest
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope
from rag.index.payload import DENSE
from rag.models.embedding import EmbedderIdentity
from rag.settings import IndexSettings

T = TypeVar("T")

_UPSERT_BATCH = 256  # Edge holds Python's global lock while it writes: 256 points take 10 to 20 ms
_SCROLL_PAGE = 1000
_DELETED_WORTH_REWRITING = 0.2  # the engine's own threshold: below it `optimize` does nothing

_WRITTEN_WORTH_REWRITING = 10_000
"""Passages written since: to search them takes some 5 ms, ten times as long as when they are rewritten, which takes
seconds of another process and a copy of the shard. A tenth of a large index counts as little as they."""


class EdgePassageIndex:
    """Searches are exact up to `graph_from` passages: no graph, full recall under every filter.

    What is written is searched as it is. `optimize` rewrites it, in another process, in one piece and quantised: a
    question's legs over 100,000 passages took 10 ms rather than 37 then, on a busy machine (docs/decisions/0006).

    The folder holds the manifest, the lock and one shard. A new shard is complete before the manifest names it, and
    shards that the manifest does not name are leftovers, so that every crash leaves one whole index.
    """

    def __init__(self, folder: Path, settings: IndexSettings | None = None) -> None:
        self._folder = folder
        self._settings = settings or IndexSettings()
        self._owner = FolderLock(folder)
        self._writing = Lock()
        self._calling = Lock()  # Edge's calls hardly run in parallel, and a swap must not meet one
        self._rewriting = Lock()
        self._rewriter: subprocess.Popen[bytes] | None = None
        self._meanwhile: list[edge.UpdateOperation] | None = None
        self._queried = JoinedCalls(self._query)
        self._shard: edge.EdgeShard | None = None
        self._manifest: Manifest | None = None
        self._deleted = 0
        self._fields: set[str] = set()

    async def open(self, identity: EmbedderIdentity) -> None:
        """Raises also DataFolderInUse and IndexDamaged."""
        await asyncio.to_thread(self._open, identity)

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        await asyncio.to_thread(self._upsert, passages)

    async def search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        return await asyncio.to_thread(self._search, legs)

    async def vectors(self, passage_ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        return await asyncio.to_thread(self._vectors, passage_ids)

    async def label(self, document_id: str, attributes: Attributes) -> None:
        await asyncio.to_thread(self._label, document_id, attributes)

    async def delete_version(self, version_id: str) -> None:
        await asyncio.to_thread(self._delete_version, version_id)

    async def version_passage_ids(self, version_id: str) -> set[str]:
        return await asyncio.to_thread(self._version_passage_ids, version_id)

    async def count(self, scope: Scope = Scope()) -> int:
        return await asyncio.to_thread(self._count, scope_filter(scope))

    async def optimize(self) -> None:
        """Rewrite the shard, when enough was written or deleted since. Searches and writes go on meanwhile."""
        await asyncio.to_thread(self._optimize)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _open(self, identity: EmbedderIdentity) -> None:
        with self._writing:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._owner.acquire()
            try:
                manifest = self._read_manifest() or self._create(identity)
                refuse_mismatch(manifest.identity, identity)
                self._shard = self._load(manifest.shard)
                self._fields = set(self._call(lambda shard: shard.info()).payload_schema)
                self._index_fields(INDEXED_FIELDS)
            except BaseException:
                self._shard = None
                self._owner.release()
                raise
            self._manifest = manifest
            self._remove_leftovers()

    def _read_manifest(self) -> Manifest | None:
        try:
            return read_manifest(self._folder)
        except ValueError as error:
            raise self._damaged(str(error)) from error

    def _create(self, identity: EmbedderIdentity) -> Manifest:
        self._refuse_orphans()
        name = _new_shard_name()
        path = self._folder / name
        path.mkdir()
        shard = edge.EdgeShard.create(str(path), shard_config(identity.dimension))
        shard.close()
        manifest = Manifest(identity, name)
        write_manifest(self._folder, manifest)
        return manifest

    def _refuse_orphans(self) -> None:
        """Passages without a manifest mean that somebody lost it, not that creation was cut short."""
        for path in self._shard_folders():
            if (path / "edge_config.json").exists() and self._points_in(path):
                raise self._damaged(f"index.json is missing, but {path.name} holds passages")

    def _points_in(self, path: Path) -> int:
        shard = self._load(path.name)
        points = shard.info().points_count
        shard.close()
        return points

    def _load(self, name: str) -> edge.EdgeShard:
        try:
            return edge.EdgeShard.load(str(self._folder / name))
        except Exception as error:
            raise self._damaged(str(error)) from error

    def _remove_leftovers(self) -> None:
        for path in self._shard_folders():
            if self._manifest and path.name != self._manifest.shard:
                shutil.rmtree(path)

    def _shard_folders(self) -> list[Path]:
        return sorted(self._folder.glob("shard-*"))

    def _upsert(self, passages: Sequence[IndexedPassage]) -> None:
        with self._writing:
            self._index_ranges([passage.attributes for passage in passages])
            for start in range(0, len(passages), _UPSERT_BATCH):
                points = [point(passage) for passage in passages[start : start + _UPSERT_BATCH]]
                self._update(edge.UpdateOperation.upsert_points(points))

    def _label(self, document_id: str, attributes: Attributes) -> None:
        selected, fields = document_filter(document_id), attribute_fields(attributes)
        with self._writing:
            self._index_ranges([attributes])
            self._update(edge.UpdateOperation.set_payload_by_filter(selected, fields))

    def _index_ranges(self, attributes: Sequence[Attributes]) -> None:
        """Index what ranges look at, while there is room for more indexes; filters work without, and take longer."""
        wanted: dict[str, FieldKind] = {}
        for one in attributes:
            wanted |= range_fields(one)
        room = MOST_RANGE_FIELDS - len(self._fields - INDEXED_FIELDS.keys())
        new = [field for field in wanted if field not in self._fields][: max(0, room)]
        self._index_fields({field: wanted[field] for field in new})

    def _index_fields(self, fields: Mapping[str, FieldKind]) -> None:
        """An index of an earlier release lacks some that this one has."""
        for field, kind in fields.items():
            if field not in self._fields:
                self._update(edge.UpdateOperation.create_field_index(field, FIELD_TYPES[kind]))
                self._fields.add(field)

    def _search(self, legs: Sequence[Leg]) -> list[list[Hit]]:
        results = self._queried([query_request(leg) for leg in legs])
        return [[hit(found) for found in result] for result in results]

    def _query(self, requests: Sequence[edge.QueryRequest]) -> list[list[edge.ScoredPoint]]:
        return self._call(lambda shard: shard.query_batch(edge.QueryBatchRequest(list(requests))))

    def _vectors(self, passage_ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        records = self._call(lambda shard: shard.retrieve(list(passage_ids), False, [DENSE]))
        found = ((str(record.id), dense_vector(record)) for record in records)
        return {passage_id: vector for passage_id, vector in found if vector is not None}

    def _delete_version(self, version_id: str) -> None:
        selected = version_filter(version_id)
        with self._writing:
            self._deleted += self._count(selected)
            self._update(edge.UpdateOperation.delete_points_by_filter(selected))

    def _version_passage_ids(self, version_id: str) -> set[str]:
        ids: set[str] = set()
        offset = None
        while True:
            records, offset = self._page_of_ids(version_id, offset)
            ids.update(str(record.id) for record in records)
            if offset is None:
                return ids

    def _page_of_ids(
        self, version_id: str, offset: edge.PointId | None
    ) -> tuple[list[edge.Record], edge.PointId | None]:
        request = edge.ScrollRequest(
            offset=offset, limit=_SCROLL_PAGE, filter=version_filter(version_id), with_payload=False
        )
        return self._call(lambda shard: shard.scroll(request))

    def _count(self, selected: edge.Filter | None) -> int:
        return self._call(lambda shard: shard.count(edge.CountRequest(filter=selected)))

    def _optimize(self) -> None:
        with self._rewriting:
            with self._writing:
                layout = self._wanted_layout()
                if layout is None:
                    return
                name, gone = self._copied(), self._deleted
            self._rewrite(name, layout)
            with self._writing:
                self._swap_to(name, layout)
                self._deleted -= gone

    def _wanted_layout(self) -> Layout | None:
        """How the shard had better be rewritten now; None when it is good enough as it is."""
        assert self._manifest is not None  # an open shard has one
        now, held = self._manifest.layout, self._count(None)
        wanted = Layout(held, self._settings.quantisation, held >= self._settings.graph_from)
        is_other = now.passages > 0 and (now.quantisation, now.graph) != (wanted.quantisation, wanted.graph)
        much_deleted = self._deleted > _DELETED_WORTH_REWRITING * (held + self._deleted)
        much_written = held - now.passages >= max(_WRITTEN_WORTH_REWRITING, held // 10)
        return wanted if is_other or much_deleted or much_written else None

    def _copied(self) -> str:
        """The name of a copy of the shard. What is written from now on is remembered, to be written into it too."""
        assert self._manifest is not None  # an open shard has one
        name = _new_shard_name()
        self._call(lambda shard: shard.flush())
        try:
            shutil.copytree(self._folder / self._manifest.shard, self._folder / name)
        except OSError as error:
            raise self._given_up(name, str(error)) from error
        self._meanwhile = []
        return name

    def _rewrite(self, name: str, layout: Layout) -> None:
        """Have the copy rewritten by a process of its own, which `close` ends."""
        assert self._manifest is not None
        try:
            self._rewriter = rewriting(self._folder / name, self._manifest.identity.dimension, layout)
            _, said = self._rewriter.communicate()
            status = self._rewriter.returncode
        except OSError as error:
            raise self._given_up(name, str(error)) from error
        finally:
            self._rewriter = None
        if status:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise self._given_up(name, " ".join([f"it ended with status {status}", *last]))

    def _swap_to(self, name: str, layout: Layout) -> None:
        if self._manifest is None or self._meanwhile is None:
            raise self._given_up(name, "the index was closed")
        rewritten = self._load(name)
        for operation in self._meanwhile:
            rewritten.update(operation)
        manifest = Manifest(self._manifest.identity, name, layout)
        write_manifest(self._folder, manifest)
        with self._calling:
            previous, self._shard = self._shard, rewritten
        if previous is not None:
            previous.close()
        self._manifest, self._meanwhile = manifest, None
        self._remove_leftovers()

    def _given_up(self, name: str, reason: str) -> IndexUnavailable:
        """The error, when the copy is gone: the shard is still there as it was."""
        self._meanwhile = None
        shutil.rmtree(self._folder / name, ignore_errors=True)
        return IndexUnavailable(where=str(self._folder), reason=f"rewriting it failed: {reason}")

    def _close(self) -> None:
        if (rewriter := self._rewriter) is not None:
            rewriter.kill()
        with self._writing, self._calling:
            if self._shard is not None:
                self._shard.flush()
                self._shard.close()
            self._shard = self._manifest = None
            self._owner.release()

    def _update(self, operation: edge.UpdateOperation) -> None:
        self._call(lambda shard: shard.update(operation))
        if self._meanwhile is not None:
            self._meanwhile.append(operation)

    def _call(self, action: Callable[[edge.EdgeShard], T]) -> T:
        with self._calling:
            if self._shard is None:
                raise IndexUnavailable(where=str(self._folder), reason="it is not open")
            try:
                return action(self._shard)
            except Exception as error:
                raise IndexUnavailable(where=str(self._folder), reason=str(error)) from error

    def _damaged(self, reason: str) -> IndexDamaged:
        return IndexDamaged(where=str(self._folder), reason=reason)


def _new_shard_name() -> str:
    return f"shard-{uuid4().hex[:12]}"

"""How much memory an embedded index takes: a process of its own opens it, searches, and says by how much it grew."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.startup import REPOSITORY, this_repository
from rag.documents import Language
from rag.index.edge import EdgePassageIndex
from rag.index.passage_index import Scope, SparseTerms
from rag.models.embedding import EmbedderIdentity
from rag.retrieval.legs import Query, legs_of

_CANDIDATES = 60


def grown_bytes(folder: Path, identity: EmbedderIdentity, passages: dict[Language, int], asked: Sequence[Query]) -> int:
    """Growth of the resident memory from before the index is opened to after these searches, with every page of its
    files that they touched.
    """
    task = {
        "folder": str(folder),
        "identity": asdict(identity),
        "passages": passages,
        "asked": [(query.vector.tolist(), query.terms.ids, query.terms.weights) for query in asked],
    }
    child = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(task),
        check=True,
        cwd=REPOSITORY,
        env=this_repository(),
        stdout=subprocess.PIPE,
        text=True,
    )
    return int(child.stdout)


async def _grown(task: dict[str, object], asked: Sequence[Query], passages: dict[Language, int]) -> int:
    before = _resident_bytes()
    index = EdgePassageIndex(Path(str(task["folder"])))
    await index.open(EmbedderIdentity(**task["identity"]))  # type: ignore[arg-type]
    for query in asked:
        await index.search(
            [leg for of_language in legs_of(query, passages, Scope(), _CANDIDATES) for leg in of_language]
        )
    grown = _resident_bytes() - before
    await index.close()
    return grown


def _resident_bytes() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


def main() -> None:
    task = json.load(sys.stdin)
    asked = [
        Query(np.array(vector, np.float32), SparseTerms(tuple(ids), tuple(weights)))
        for vector, ids, weights in task["asked"]
    ]
    print(asyncio.run(_grown(task, asked, task["passages"])))


if __name__ == "__main__":
    main()

"""Rewrites a shard for searching: without its deleted points, in one piece, quantised, with a graph where it is large.

A program of its own: `EdgeShard.optimize` holds Python's global lock until it is done (on 2 busy cores, 7 to 12 s for
100,000 passages without a graph, minutes with one). A service that waits for it in a thread answers nobody meanwhile.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from rag.index.manifest import Layout

_PR_SET_PDEATHSIG = 1
_NICENESS = 10
"""Questions that are answered meanwhile go first."""


def rewriting(shard: Path, dimension: int, layout: Layout) -> subprocess.Popen[bytes]:
    """The process, started: it ends with 0 when the shard in this folder is rewritten, and has said why otherwise."""
    arguments = [str(shard), str(dimension), json.dumps(asdict(layout))]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def main(folder: str, dimension: str, layout: str) -> None:
    from qdrant_edge import EdgeShard

    from rag.index.edge_records import rewritten_config

    _die_with_the_service()
    os.nice(_NICENESS)
    shard = EdgeShard.load(folder, rewritten_config(int(dimension), Layout(**json.loads(layout))))
    shard.optimize()
    shard.flush()
    shard.close()


def _die_with_the_service() -> None:
    """Of what nobody waits for any more, half is worth nothing. Other systems than Linux let it end by itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])

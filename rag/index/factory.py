"""The one place that knows which passage index the settings ask for."""

from __future__ import annotations

from pathlib import Path

from rag.index.passage_index import PassageIndex
from rag.settings import IndexSettings


def make_index(settings: IndexSettings, data_dir: Path) -> PassageIndex:
    """An index that is not open yet. The embedded one lives in the folder `index` of `data_dir`."""
    if settings.backend == "server":
        from rag.index.server import ServerPassageIndex

        return ServerPassageIndex(settings)
    from rag.index.edge import EdgePassageIndex

    return EdgePassageIndex(data_dir / "index", settings)

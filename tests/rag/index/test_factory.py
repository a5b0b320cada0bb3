from __future__ import annotations

from pathlib import Path

from rag.index.edge import EdgePassageIndex
from rag.index.factory import make_index
from rag.index.server import ServerPassageIndex
from rag.settings import IndexSettings


def test_settings_choose_the_backend(tmp_path: Path) -> None:
    assert isinstance(make_index(IndexSettings(backend="edge"), tmp_path), EdgePassageIndex)
    assert isinstance(make_index(IndexSettings(backend="server"), tmp_path), ServerPassageIndex)
    assert list(tmp_path.iterdir()) == [], "an index that is not open has touched nothing"

"""A file can be looked at as ingestion would read it, and nothing is kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ingest.inspection import Inspection, inspect
from rag.errors import MediaTypeUnsupported
from rag.settings import Settings


def inspected(tmp_path: Path, name: str, content: bytes) -> Inspection:
    path = tmp_path / name
    path.write_bytes(content)
    return asyncio.run(inspect(path, Settings(data_dir=tmp_path / "data")))


def test_what_is_understood_can_be_told_as_json(tmp_path: Path) -> None:
    inspection = inspected(tmp_path, "a.md", b"# Prices\n\n| name | price |\n|---|---|\n| bolt | 12 |\n")

    told = json.loads(json.dumps(inspection.to_json()))

    assert told["media_type"] == "text/markdown"
    assert [(element["kind"], element["text"]) for element in told["elements"]] == [
        ("title", "Prices"),
        ("table", "name | price\nbolt | 12"),
    ]
    assert told["elements"][1]["heading_path"] == ["Prices"]
    assert told["refusal"] is None
    assert told["quality"]["garbled_share"] == 0
    assert not (tmp_path / "data").exists()


def test_what_would_not_be_indexed_is_still_shown_with_the_reason(tmp_path: Path) -> None:
    inspection = inspected(tmp_path, "a.txt", "\ue000\ue001 soup \ue002\ue003\ue004\ue005".encode())

    assert inspection.refusal is not None
    assert inspection.refusal.code == "text-garbled"
    assert "soup" in inspection.document.text


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(MediaTypeUnsupported):
        inspected(tmp_path, "a.bin", bytes(range(32)) * 9)

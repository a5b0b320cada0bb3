"""A library of documents for whoever asks for one, empty at first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rag.testing import HashEmbedder
from tests.rag.library import Library, opened_library


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with opened_library(tmp_path / "data", HashEmbedder()) as opened:
        yield opened

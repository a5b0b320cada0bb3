from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from ingest.upkeep import IndexUpkeep
from rag.errors import IndexUnavailable
from rag.index.edge import EdgePassageIndex


class Counted(EdgePassageIndex):
    """Counts how often it is asked to optimise itself; the first time it cannot."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.times = 0
        self.thrice = asyncio.Event()

    async def optimize(self) -> None:
        self.times += 1
        if self.times == 3:
            self.thrice.set()
        if self.times == 1:
            raise IndexUnavailable(where="the test", reason="it is away")


def test_an_index_is_optimised_again_and_again_whatever_became_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def look_after() -> None:
        index = Counted(tmp_path)
        upkeep = IndexUpkeep(index, every_s=0.001)
        upkeep.open()
        async with asyncio.timeout(10):
            await index.thrice.wait()
        await upkeep.close()
        times = index.times
        await asyncio.sleep(0.02)
        assert index.times == times, "it is closed"

    with caplog.at_level(logging.WARNING, "chuchu.ingest"):
        asyncio.run(look_after())
    assert "it is away" in caplog.text

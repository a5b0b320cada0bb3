"""The index kept fast while it grows: looked after now and then, beside the work."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from rag.errors import Unavailable
from rag.index.passage_index import PassageIndex

log = logging.getLogger("chuchu.ingest")

EVERY_S = 60.0
"""Between two looks. Most find that little was written since, which takes a count."""


class IndexUpkeep:
    """Has the index optimise itself, again and again until it is closed. Close it before the index."""

    def __init__(self, index: PassageIndex, every_s: float = EVERY_S) -> None:
        self._index = index
        self._every_s = every_s
        self._looking: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Wait no longer: an index that is closed ends what it is at."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._index.optimize()
            except Unavailable as error:
                log.warning("the index stays as it is: %s", error)

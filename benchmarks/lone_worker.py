"""`chuchu worker` with an embedder that costs nothing and an index of its own: for measuring what is between them."""

from __future__ import annotations

import asyncio
import signal
import sys

from api.services import open_services
from rag.index.edge import EdgePassageIndex
from rag.settings import Settings, load_settings
from rag.testing import HashEmbedder


def own_index(settings: Settings, number: int) -> EdgePassageIndex:
    """The embedded index of process `number`."""
    return EdgePassageIndex(settings.data_dir / f"index-{number}", settings.index)


async def work(settings: Settings, number: int) -> None:
    """Until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with open_services(settings, working=True, embedder=HashEmbedder(), index=own_index(settings, number)):
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(work(load_settings(), int(sys.argv[1])))

"""The worker as a process of its own, beside API processes that share its database, index and blobs."""

from __future__ import annotations

import asyncio
import signal

from api.services import open_services
from rag.models.openmp import let_barriers_sleep
from rag.settings import Settings


def run(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM. What was begun is continued by the next start."""
    let_barriers_sleep()
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stopping.set)
    async with open_services(settings, working=True):
        await stopping.wait()

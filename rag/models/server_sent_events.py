"""Server-sent events, as far as chat endpoints use them (WHATWG HTML, 9.2.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator


async def event_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The data of each event. Comments, which servers send to keep a connection open, and other fields are skipped.

    An event ends at an empty line; one that the end of the stream cuts off is given too, as some servers forget it.
    """
    data: list[str] = []
    async for line in lines:
        field, _, value = line.partition(":")
        if not line and data:
            yield "\n".join(data)
            data = []
        elif field == "data":
            data.append(value.removeprefix(" "))
    if data:
        yield "\n".join(data)

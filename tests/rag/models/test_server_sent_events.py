from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rag.models.server_sent_events import event_data


def events(text: str) -> list[str]:
    async def lines() -> AsyncIterator[str]:
        for line in text.split("\n"):
            yield line

    async def collected() -> list[str]:
        return [data async for data in event_data(lines())]

    return asyncio.run(collected())


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ('data: {"a": 1}\n\ndata: [DONE]\n\n', ['{"a": 1}', "[DONE]"]),
        ("data:no space\n\n", ["no space"]),
        (": keep-alive\n\ndata: x\n\n", ["x"]),
        ("event: message\nid: 7\ndata: x\n\n", ["x"]),
        ("data: two\ndata: lines\n\n", ["two\nlines"]),
        ("data: cut off", ["cut off"]),
        ("\n\n\n", []),
    ],
)
def test_events_are_their_data(stream: str, expected: list[str]) -> None:
    assert events(stream) == expected

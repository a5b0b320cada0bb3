"""A long scan has time for each of its pages, a hanging file has none of that."""

from __future__ import annotations

import asyncio

import pytest

from ingest.parsing.sandbox import _Clock
from ingest.parsing.wire import MalformedReply


def test_each_recognised_page_makes_the_limit_later() -> None:
    heard: list[int] = []

    async def ten_pages() -> None:
        clock = _Clock(0.2, page_s=0.2, on_page=heard.append)
        async with clock.started():
            for number in range(1, 6):
                await asyncio.sleep(0.1)
                clock.page_recognised(number, most=10)
            assert clock.limit_s == pytest.approx(1.2)
            await asyncio.sleep(0.3)

    asyncio.run(ten_pages())

    assert heard == [1, 2, 3, 4, 5]


def test_without_pages_the_limit_stands() -> None:
    async def hang() -> None:
        async with _Clock(0.05, page_s=60).started():
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        asyncio.run(hang())


def test_more_pages_than_a_file_may_have_buy_no_time() -> None:
    clock = _Clock(1.0, page_s=1.0)
    clock.page_recognised(1, most=1)

    with pytest.raises(MalformedReply):
        clock.page_recognised(2, most=1)
    assert clock.limit_s == 2.0

"""A long scan has time for each of its pages, a hanging file has none of that."""

from __future__ import annotations

import asyncio

import pytest

from ingest.parsing.records import PageRead, ParseLimits, Recognition
from ingest.parsing.sandbox import _Clock


def test_each_recognised_page_makes_the_limit_later() -> None:
    heard: list[PageRead] = []

    async def five_pages() -> None:
        clock = _Clock(ParseLimits(timeout_s=0.2), Recognition(page_timeout_s=0.2), heard.append)
        async with clock.started():
            for number in range(1, 6):
                await asyncio.sleep(0.1)
                clock.page_done(PageRead(number, 5, recognised=True))
            assert clock.limit_s == pytest.approx(1.2)
            await asyncio.sleep(0.3)

    asyncio.run(five_pages())

    assert heard == [PageRead(number, 5, recognised=True) for number in range(1, 6)]


def test_without_pages_the_limit_stands() -> None:
    async def hang() -> None:
        async with _Clock(ParseLimits(timeout_s=0.05), Recognition(page_timeout_s=60)).started():
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        asyncio.run(hang())


def test_more_pages_than_a_file_may_have_buy_no_time() -> None:
    clock = _Clock(ParseLimits(timeout_s=1.0, max_pages=1), Recognition(page_timeout_s=1.0))

    for number in range(1, 4):
        clock.page_done(PageRead(number, 5, recognised=True))

    assert clock.limit_s == 2.0


def test_a_page_with_a_text_layer_adds_less_than_a_picture() -> None:
    clock = _Clock(ParseLimits(timeout_s=1.0), Recognition(page_timeout_s=30.0))

    clock.page_done(PageRead(1, 1))

    assert 1.0 < clock.limit_s < 2.0

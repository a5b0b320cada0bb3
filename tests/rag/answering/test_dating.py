from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.dating import dated
from rag.answering.evidence import EvidenceSentence, split_sources
from tests.rag.answering.sources import source

pytestmark = pytest.mark.anyio

OPENING = "Sparkle Ltd. was founded in 2013. In 2018, it went through several events."
FILLER = "It opened a branch and hired new staff for it. " * 12
EVENT = "In March, it bought Cleaners for $8 million."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def dating(text: str, found: str, context: str = "") -> list[EvidenceSentence]:
    """The sentences of `found`, a passage of a document whose stored text is `text`."""
    place = source(found, start=text.index(found))
    place = replace(place, passage=replace(place.passage, context=context))

    async def read(version_id: str) -> str:
        assert version_id == place.passage.version_id
        return text

    return await dated(split_sources([place]), read)


async def test_the_year_is_found_in_text_that_was_not() -> None:
    text = f"{OPENING} {FILLER}{EVENT}"

    (sentence,) = await dating(text, EVENT)

    assert sentence.dated_by is not None
    assert sentence.dated_by.text == "In 2018, it went through several events."
    assert sentence.dated_by.span.of(text) == sentence.dated_by.text
    assert sentence.dated_by.source.text == sentence.dated_by.text
    assert sentence.dated.startswith("2018年")


async def test_chinese_months_too() -> None:
    text = "2018年，公司发生了多项重大事件。" + "公司开设了分店，并招聘了新员工。" * 20 + "在3月，公司完成了资产收购。"

    (sentence,) = await dating(text, "在3月，公司完成了资产收购。")

    assert sentence.dated_by is not None
    assert sentence.dated_by.text == "2018年，公司发生了多项重大事件。"


async def test_the_last_year_before_counts() -> None:
    text = f"{OPENING} {FILLER}In May 2019 it grew. {FILLER}{EVENT}"

    (sentence,) = await dating(text, EVENT)

    assert sentence.dated_by is not None
    assert sentence.dated_by.text == "In May 2019 it grew."


@pytest.mark.parametrize(
    ("text", "context"),
    [
        (f"{OPENING} {'It grew. ' * 2000}{EVENT}", ""),
        (f"{FILLER}{EVENT}", ""),
        (f"{OPENING} {FILLER}{EVENT}", "2020年年度报告"),
    ],
    ids=["too-far", "nowhere", "in-the-header"],
)
async def test_where_no_year_is_to_be_looked_for_there_is_none(text: str, context: str) -> None:
    (sentence,) = await dating(text, EVENT, context)

    assert sentence.dated_by is None


async def test_a_sentence_without_a_date_is_left_alone() -> None:
    (sentence,) = await dating(f"{OPENING} It bought Cleaners.", "It bought Cleaners.")

    assert sentence.dated_by is None


@given(st.text("a. \n。年", max_size=5000), st.integers(0, 3000))
async def test_the_sentence_is_whole_and_stands_where_it_says(between: str, length: int) -> None:
    text = f"It began. In 2018 it {'x' * length} grew. {between}\n{EVENT}"

    (sentence,) = await dating(text, EVENT)

    if sentence.dated_by is not None:
        told = sentence.dated_by
        assert told.span.of(text) == told.text
        assert told.span.end <= sentence.span.start
        assert "2018" in told.text
        assert told.text.startswith("In 2018") or length > 1500

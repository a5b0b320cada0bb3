from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rag.documents import Passage, ScoredPassage, Span
from rag.errors import ChuchuError, ModelUnloadable, RerankerUnavailable
from rag.retrieval.pace import PROBE
from rag.retrieval.rerank_stage import RerankStage
from rag.settings import RerankSettings
from rag.testing import OverlapReranker
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

QUESTION = "How long does the warranty last?"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def found(texts: Sequence[str]) -> tuple[ScoredPassage, ...]:
    """Passages as fusion gives them: best first, under one header."""
    return tuple(
        ScoredPassage(
            Passage(f"p{rank}", "d", "v", "c", Span(0, len(text)), "Handbook", "en"),
            text,
            "Handbook",
            "a.txt",
            1 / rank,
            rank,
            {"dense": 1 / rank, "lexical": 0.0},
        )
        for rank, text in enumerate(texts, start=1)
    )


class JudgingReranker(OverlapReranker):
    """Scores by what it is told of each text, and may fail."""

    def __init__(self, judge: Callable[[str], float | None], *, error: ChuchuError | None = None) -> None:
        super().__init__()
        self._judge = judge
        self._error = error

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        super().rerank(question, texts)
        if self._error:
            raise self._error
        return [self._judge(text.rpartition("\n")[2]) for text in texts]


@asynccontextmanager
async def stage(
    reranker: Any, *, parallel: int = 1, warmed: bool = True, **settings: Any
) -> AsyncIterator[RerankStage]:
    made = RerankStage(reranker, RerankSettings(**{"budget_s": 5.0} | settings), parallel=parallel)
    if warmed:
        await made.warm()
    yield made
    await made.close()


def words(passages: Sequence[ScoredPassage]) -> list[str]:
    return [passage.text for passage in passages]


async def test_the_reranker_orders_and_its_score_is_shown() -> None:
    scores = {"a": 0.1, "b": 0.9, "c": 0.12345}
    async with stage(JudgingReranker(scores.get)) as reranking:
        done = await reranking.rerank(QUESTION, "en", found(["a", "b", "c"]))

    assert words(done.passages) == ["b", "c", "a"]
    assert [passage.rank for passage in done.passages] == [1, 2, 3]
    assert done.passages[1].why == {"dense": 1 / 3, "lexical": 0.0, "rerank": 0.1235}
    assert done.passages[0].score == 0.5
    assert done.notices == ()


async def test_what_is_not_reranked_follows_in_its_order() -> None:
    scores = {"a": 0.1, "b": None, "c": 0.2, "d": 0.9, "e": 1.0}
    async with stage(JudgingReranker(scores.get), depth=3) as reranking:
        done = await reranking.rerank(QUESTION, "en", found(["a", "b", "c", "d", "e"]))

    assert words(done.passages) == ["c", "a", "b", "d", "e"]
    assert [("rerank" in passage.why) for passage in done.passages] == [True, True, False, False, False]
    json.dumps([dict(passage.why) for passage in done.passages], allow_nan=False)


async def test_ties_stay_as_they_were() -> None:
    async with stage(JudgingReranker(lambda text: 0.5)) as reranking:
        done = await reranking.rerank(QUESTION, "en", found(list("abcdef")))

    assert words(done.passages) == list("abcdef")


async def test_headers_are_read_too() -> None:
    reranker = OverlapReranker()
    async with stage(reranker, warmed=False) as reranking:
        await reranking.rerank(QUESTION, "en", found(["text"]))

    assert reranker.calls == [(QUESTION, ("Handbook\ntext",))]


async def test_nothing_found_is_nothing_to_do() -> None:
    reranker = OverlapReranker()
    async with stage(reranker, warmed=False) as reranking:
        assert (await reranking.rerank(QUESTION, "en", ())).passages == ()

    assert reranker.calls == []


@pytest.mark.parametrize(
    "error",
    [RerankerUnavailable(model="m", reason="away"), ModelUnloadable(model="m", path="p", reason="broken")],
    ids=lambda error: error.code,
)
async def test_a_failure_leaves_the_order_of_fusion_and_says_so(error: ChuchuError) -> None:
    async with stage(JudgingReranker(lambda text: 1.0, error=error)) as reranking:
        english = await reranking.rerank(QUESTION, "en", found(["a", "b"]))
        chinese = await reranking.rerank("保修期多长？", "zh", found(["a", "b"]))

    assert words(english.passages) == words(chinese.passages) == ["a", "b"]
    assert english.notices[0].startswith("The reranker did not answer, or not in time")
    assert chinese.notices[0].startswith("重排序没有响应或未能及时完成")


async def test_a_reranker_that_hangs_costs_the_budget_and_no_more() -> None:
    may_end = threading.Event()
    reranker = OverlapReranker(sleep=lambda seconds: may_end.wait(30))
    async with stage(reranker, warmed=False, budget_s=0.2) as reranking:
        started = time.monotonic()
        done = await reranking.rerank(QUESTION, "en", found(["a", "b"]))
        took_s = time.monotonic() - started
        may_end.set()

    assert (words(done.passages), len(done.notices)) == (["a", "b"], 1)
    assert 0.2 <= took_s < 5


async def test_depth_follows_the_measured_rate() -> None:
    """A text takes 10 ms, of the sample in `warm` and of the passages alike, so a second is worth about 70 of them."""
    reranker = OverlapReranker(delay_s=0.01)
    async with stage(reranker, depth=200, budget_s=1.0) as reranking:
        reranker.calls.clear()
        passages = found(["Either side may end the contract with a notice of thirty days. " * 4] * 200)
        done = await reranking.rerank(QUESTION, "en", passages)
    [(_, read)] = reranker.calls

    assert PROBE < len(read) <= 100
    assert sum("rerank" in passage.why for passage in done.passages) == len(read)
    assert len(done.passages) == 200
    assert done.notices == ()


async def test_without_a_rate_only_a_few_are_read() -> None:
    reranker = OverlapReranker()
    async with stage(reranker, warmed=False) as reranking:
        await reranking.rerank(QUESTION, "en", found(["text"] * 30))
        await reranking.rerank(QUESTION, "en", found(["text"] * 30))

    assert [len(texts) for _, texts in reranker.calls] == [PROBE, 30]


async def test_waiting_for_ones_turn_is_part_of_the_budget() -> None:
    """While one question is read for 0.3 s, the second waits, and what it then reads fits into what is left."""
    reranker = OverlapReranker(delay_s=0.3 / PROBE)
    async with stage(reranker, warmed=False, budget_s=0.2) as reranking:
        both = await asyncio.gather(*(reranking.rerank(QUESTION, "en", found(["text"] * 4)) for _ in range(2)))
        await asyncio.sleep(0.5)

    assert [len(done.notices) for done in both] == [1, 1]
    assert len(reranker.calls) == 1


async def test_a_service_starts_with_a_reranker_that_is_away() -> None:
    async with stage(JudgingReranker(lambda text: 1.0, error=RerankerUnavailable(model="m", reason="away"))):
        """Warming has not raised."""


async def test_retrieval_hands_over_more_than_it_shows(library: Library) -> None:
    from rag.retrieval.retriever import Retriever
    from rag.settings import RetrievalSettings

    lines = [f"Warranty rule number {number}." for number in range(9)] + ["The last line of all."]
    await library.add("a.txt", "\n".join(lines))

    async with stage(JudgingReranker(lambda text: float("last" in text))) as reranking:
        retriever = Retriever(
            library.index, library.stores.documents, library.parsed, library.batcher.embed_query, library.priors,
            RetrievalSettings(), reranking,
        )  # fmt: skip
        done = await retriever.retrieve("warranty rule", limit=2)
    plain = await library.retriever().retrieve("warranty rule", limit=2)

    assert [passage.text for passage in done.passages] == ["The last line of all.", plain.passages[0].text]
    assert [passage.rank for passage in done.passages] == [1, 2]
    assert done.notices == ()

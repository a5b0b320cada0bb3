"""The stage after fusion: a reranker orders the best candidates, as many as the time allows.

A reader waits for it, so it never costs more than its budget, and never the answer: what is not reranked follows in
the order of fusion, and a reranker that fails leaves that order as it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rag.documents import Language, ScoredPassage
from rag.errors import ChuchuError
from rag.models.reranking import Reranker
from rag.models.token_estimate import estimate_tokens
from rag.retrieval.pace import Pace
from rag.settings import RerankSettings

log = logging.getLogger("chuchu.retrieval")

_NOT_RERANKED = {
    "en": "The reranker did not answer, or not in time, so the passages are in the order of the search.",
    "zh": "重排序没有响应或未能及时完成，段落按检索得分排列。",
}

_TEXT_TOKENS = 16
"""What a text costs beside its own words: prompt, special tokens, its share of a request."""


_SAMPLE_QUESTION = "How long is the notice period? 通知期有多长？"
_SAMPLE_TEXTS = [
    "Either side may end the contract with a notice of thirty days. " * 4,
    "任何一方可提前三十日通知解除合同。" * 8,
] * 2
"""For a first rate: four texts of about the length of passages."""


@dataclass(frozen=True, slots=True)
class Reranked:
    """The passages in their new order, and what a reader should know of it."""

    passages: tuple[ScoredPassage, ...]
    notices: tuple[str, ...] = ()


class RerankStage:
    """`parallel` calls run at a time: one for a model in the process, whose cores more would only fight over."""

    def __init__(self, reranker: Reranker, settings: RerankSettings, *, parallel: int = 1) -> None:
        self.depth = settings.depth
        self._reranker = reranker
        self._budget_s = settings.budget_s
        self._pace = Pace()
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="reranking")

    async def warm(self) -> None:
        """Load the model, and measure a first rate. What fails here fails again, and is told, where it is needed."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._measure)
        except ChuchuError as error:
            log.warning("%s", error)

    async def rerank(self, question: str, language: Language, passages: Sequence[ScoredPassage]) -> Reranked:
        """The passages, given in the order of fusion, with those first that the reranker was asked about."""
        if not passages:
            return Reranked(())
        try:
            async with asyncio.timeout(self._budget_s):
                scores = await self._scores(question, passages[: self.depth])
        except TimeoutError:
            log.warning("%s took longer than %g s (rerank.budget_s)", self._reranker.name, self._budget_s)
            scores = []
        except ChuchuError as error:
            log.warning("%s", error)
            scores = []
        if not scores:
            return Reranked(tuple(passages), (_NOT_RERANKED["zh" if language == "zh" else "en"],))
        return Reranked(_ordered(passages, scores))

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._reranker.close()

    async def _scores(self, question: str, passages: Sequence[ScoredPassage]) -> list[float | None]:
        deadline = time.monotonic() + self._budget_s
        texts = [f"{one.passage.context}\n{one.text}" if one.passage.context else one.text for one in passages]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._within, question, texts, deadline)

    def _measure(self) -> None:
        self._reranker.warm()
        self._reranker.rerank(_SAMPLE_QUESTION, _SAMPLE_TEXTS)  # the first run of a model is slower than all others
        self._timed(_SAMPLE_QUESTION, _SAMPLE_TEXTS)

    def _within(self, question: str, texts: Sequence[str], deadline: float) -> list[float | None]:
        """Scores of as many of the first texts as can be read by the deadline; waiting for this turn counts."""
        if time.monotonic() >= deadline:
            return []
        self._reranker.warm()
        depth = self._pace.affordable(_costs(question, texts), deadline - time.monotonic())
        return self._timed(question, texts[:depth]) if depth else []

    def _timed(self, question: str, texts: Sequence[str]) -> list[float | None]:
        started = time.monotonic()
        scores = self._reranker.rerank(question, texts)
        self._pace.observe(sum(_costs(question, texts)), time.monotonic() - started)
        return scores


def _costs(question: str, texts: Sequence[str]) -> list[int]:
    """Tokens that are read for each text."""
    asked = estimate_tokens(question) + _TEXT_TOKENS
    return [asked + estimate_tokens(text) for text in texts]


def _ordered(passages: Sequence[ScoredPassage], scores: Sequence[float | None]) -> tuple[ScoredPassage, ...]:
    """Those with a score by falling score, ties as they were; then the others, as they were. Ranks count anew."""
    judged = [(score, passage) for passage, score in zip(passages, scores, strict=False) if score is not None]
    unjudged = [passage for passage, score in zip(passages, scores, strict=False) if score is None]
    judged.sort(key=lambda pair: -pair[0])
    first = [replace(passage, why={**passage.why, "rerank": round(score, 4)}) for score, passage in judged]
    order = [*first, *unjudged, *passages[len(scores) :]]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(order, start=1))

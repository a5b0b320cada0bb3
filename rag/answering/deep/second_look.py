"""One look more for sentences that found no support: their evidence may lie in what the question did not find."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Final

from rag.answering.checking import SentenceChecker
from rag.answering.events import SentenceChecked, StepTaken
from rag.answering.evidence import centred, split_sources
from rag.answering.extractive import question_scores
from rag.answering.packing import pack
from rag.answering.refusals import declines
from rag.answering.sentence_stream import WrittenSentence
from rag.answering.surroundings import Surroundings
from rag.answering.telling import RESTATES
from rag.answering.work import Work
from rag.citations import SentenceSupport, Step, StepKind, SupportStatus
from rag.index.filters import Filter
from rag.models.batching import EmbeddingBatcher
from rag.retrieval.question_words import word_shares
from rag.retrieval.retriever import Retriever

MOST: Final = 3
"""Sentences of an answer that are looked at again."""
_BUDGET_TOKENS: Final = 300
"""Source text that a sentence is held against: it says one thing."""


class SecondLook:
    """Searches for a sentence that was held back, and checks it again against what it finds.

    What its first sources contradict is not looked at again: another source that agrees would not make it true.
    """

    def __init__(self, retriever: Retriever, embedder: EmbeddingBatcher, checker: SentenceChecker) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._checker = checker

    async def look(
        self, work: Work, collection: str | None, filter: Filter, has_time: Callable[[], bool]
    ) -> AsyncGenerator[StepTaken | SentenceChecked]:
        unsupported = [sentence for sentence in work.draft.dropped if _may_be_found(sentence)]
        for sentence in unsupported[:MOST]:
            if not has_time():
                return
            started = time.perf_counter()
            work.draft.dropped.remove(sentence)
            checked = await self._checked(sentence, work, collection, filter)
            yield work.took(Step(StepKind.RECHECK, sentence.text, round(time.perf_counter() - started, 3)))
            if not checked.held_back:
                yield checked

    async def _checked(
        self, sentence: SentenceSupport, work: Work, collection: str | None, filter: Filter
    ) -> SentenceChecked:
        """The sentence against its own sources, as part of the same draft."""
        found = await self._retriever.retrieve(sentence.text, collection=collection, filter=filter)
        count_tokens = self._embedder.embedder.count_tokens
        sources = pack(found.passages, _BUDGET_TOKENS, count_tokens, question=sentence.text).sources
        sentences = split_sources(sources)
        vectors = await self._embedder.embed_passages([one.in_context for one in sentences])
        evidence = centred(sentences, vectors, work.centres)
        vector = work.centres.query(work.retrieval.query_vector, work.language)
        scores = question_scores(word_shares(work.retrieval.question, found.passages), vector, evidence)
        again = replace(work, evidence=evidence, surroundings=Surroundings(evidence, scores))
        again.draft = work.draft
        return await self._checker.check(WrittenSentence(sentence.text, new_line=False), again)


def _may_be_found(sentence: SentenceSupport) -> bool:
    is_no_claim = any(check.name in ("language", RESTATES) for check in sentence.checks)
    return sentence.status is SupportStatus.UNSUPPORTED and not declines(sentence.text) and not is_no_claim

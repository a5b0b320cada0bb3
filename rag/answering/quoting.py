"""The documents' own sentences as an answer, where the chat model gives none, and to complete one that it gives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

import numpy as np

from rag.answering.citing import Citer
from rag.answering.completing import missing_sentences
from rag.answering.deep.part_extracts import extract_parts
from rag.answering.events import Event
from rag.answering.evidence import Evidence, EvidenceSentence
from rag.answering.extractive import VERBATIM, extract, shown_quote
from rag.answering.notices import Notice
from rag.answering.telling import adds, may_answer
from rag.answering.work import Work
from rag.retrieval.rivals import is_of_a_rival
from rag.text.questions import asks_for_several, asks_to_choose, asks_to_count

LIKELY: Final = 0.75
"""Probability from which sources are quoted where the model declines, or writes what they do not support: small models
overlook what stands there. Of 104 unanswerable dev questions, one in ten reaches it; of 103 answerable ones, 60 %."""


LIKELY_ACCOUNT: Final = 0.5
"""The same where an account or a list is asked for: a judge doubts those, since no single sentence gives one, and few
questions that nothing answers ask for one."""


class Quoter:
    def __init__(self, citer: Citer) -> None:
        self._citer = citer

    def may_answer(self, work: Work, scores: np.ndarray) -> bool:
        """Whether the sources likely answer what the model did not. `scores` are those of the source sentences.

        A model that gives a question for one fact back as its answer has found the place, and not the fact.
        """
        question = work.retrieval.question
        is_account = _asks_for_account(question) and not asks_to_choose(question)
        if not work.is_likely_answered(LIKELY_ACCOUNT if is_account else LIKELY):
            return False
        if work.has_restated and not is_account:
            return False
        return any(may_answer(question, sentence.text) for sentence in self._best(work, scores))

    async def extract(self, work: Work, scores: np.ndarray) -> AsyncGenerator[Event]:
        """The sentences that meet the question best, or each part of it that was planned."""
        assert work.evidence is not None
        of_parts = extract_parts(work.parts, work.evidence)
        sources = of_parts if len(of_parts) > 1 else self._best(work, scores)
        async for event in self._quote(work, sources):
            yield event

    def _best(self, work: Work, scores: np.ndarray) -> list[EvidenceSentence]:
        assert work.evidence is not None
        assert work.surroundings is not None
        question, sentences = work.retrieval.question, work.evidence.sentences
        fits = ~_of_rivals(question, work.evidence) & np.array([adds(question, one.text) for one in sentences], bool)
        merits = np.where(fits, scores + work.surroundings.documents, -np.inf)
        return extract(merits, work.evidence, is_account=_asks_for_account(question))

    async def complete(self, work: Work, scores: np.ndarray) -> AsyncGenerator[Event]:
        """What the model left out of an account."""
        question = work.retrieval.question
        if not work.draft.sentences or not asks_for_several(question):
            return
        assert work.evidence is not None
        assert work.surroundings is not None
        told = f"{question}\n{work.draft.text}"
        open_scores = np.where(_of_rivals(question, work.evidence), -np.inf, scores)
        missing = missing_sentences(told, work.language, open_scores, work.evidence, work.surroundings)
        if missing:
            work.notices.append(Notice.COMPLETED.text(work.language))
        async for event in self._quote(work, missing):
            yield event

    async def _quote(self, work: Work, sources: Sequence[EvidenceSentence]) -> AsyncGenerator[Event]:
        for source in sources:
            place = await self._citer.cite(source)
            work.clock("first_sentence_s")
            yield work.draft.keep(shown_quote(place), VERBATIM, [place], new_line=bool(work.draft.text))


def _asks_for_account(question: str) -> bool:
    """Whether several sentences answer, each with a part: also of what is to be counted, which texts may only list."""
    return asks_for_several(question) or asks_to_count(question)


def _of_rivals(question: str, evidence: Evidence) -> np.ndarray:
    """Which sentences are about another than the question, shape (n,), of bool: they answer nothing by themselves."""
    sentences = evidence.sentences
    titles = [f"{sentence.source.title}\n{sentence.header}" for sentence in sentences]
    return np.array(
        [is_of_a_rival(question, title, one.text) for title, one in zip(titles, sentences, strict=True)], bool
    )

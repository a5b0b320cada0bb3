"""A document in, a checked summary out: cut into parts, note what each says, write the whole from the notes."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

import numpy as np

from rag.answering.calibration import Calibration
from rag.answering.checking import SentenceChecker
from rag.answering.citing import Citer
from rag.answering.draft import Draft
from rag.answering.events import SentenceChecked
from rag.answering.extractive import VERBATIM, shown_quote
from rag.answering.whole.centrality import most_central
from rag.answering.whole.excerpts import excerpts
from rag.answering.whole.notes import Note, PartNotes, Writer, evidence_of
from rag.answering.whole.parts import Part, affordable, split_parts
from rag.answering.whole.prompts import part_messages, whole_messages
from rag.answering.whole.reading import WholeDocuments
from rag.answering.whole.records import Coverage, Progress, Summarised, Summary, SummaryEvent, SummaryLength
from rag.answering.whole.summing import Summing
from rag.answering.work import Work
from rag.citations import AnswerMode, SentenceSupport, SupportStatus
from rag.documents import Language
from rag.errors import ChatUnavailable
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel
from rag.settings import AnsweringSettings

LEAST_NOTES = 3
"""Sentences that are noted of a part: fewer, and what one part alone tells is lost."""
FOR_THE_WHOLE = 0.3
"""Share of the time that is kept for writing the summary itself."""
PROMPT_TOKENS = 700
"""Room in the model's context for the rules and the template, in two languages."""


class Summarizer:
    """Summarises documents; `chat` is None where there is no chat model, and central sentences stand for the whole."""

    def __init__(
        self,
        documents: WholeDocuments,
        embedder: EmbeddingBatcher,
        chat: ChatModel | None,
        citer: Citer,
        calibration: Calibration,
        settings: AnsweringSettings,
        chat_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._documents = documents
        self._embedder = embedder
        self._citer = citer
        self._settings = settings
        self._clock = clock
        self._part_tokens = settings.summary_part_tokens
        self._notes: Writer | None = None
        self._whole: Writer | None = None
        if chat is not None:
            # A note that nothing supports is of no use to any policy: nothing written from it could be traced.
            strict, shown = (
                SentenceChecker(embedder, citer, calibration, strict=is_strict)
                for is_strict in (True, settings.policy == "strict")
            )
            self._notes, self._whole = (Writer(chat, embedder, each, chat_timeout_s) for each in (strict, shown))
            self._part_tokens = max(200, min(self._part_tokens, chat.context_tokens - PROMPT_TOKENS))

    async def summarize(
        self,
        document_id: str,
        *,
        length: SummaryLength = SummaryLength.MEDIUM,
        language: Language | None = None,
        extractive: bool = False,
    ) -> Summary:
        events = self.stream(document_id, length=length, language=language, extractive=extractive)
        async with aclosing(events) as stream:
            async for event in stream:
                if isinstance(event, Summarised):
                    return event.summary
        raise AssertionError("a stream of events ends with the summary")

    async def stream(
        self,
        document_id: str,
        *,
        length: SummaryLength = SummaryLength.MEDIUM,
        language: Language | None = None,
        extractive: bool = False,
    ) -> AsyncGenerator[SummaryEvent]:
        """The events of a summary; closing the iterator stops the work.

        Raises DocumentNotFound, DocumentNotLive, or what kept the document from going live.
        """
        started = self._clock()
        document = await self._documents.read(document_id)
        summing = Summing(document, length, language or document.version.language, started)
        if document.passages and self._notes is not None and not extractive:
            async with aclosing(self._generated(summing)) as events:
                async for event in events:
                    yield event
        if not summing.draft.sentences:
            async for event in self._extracted(summing):
                yield event
        yield Summarised(self._assembled(summing))

    async def _generated(self, summing: Summing) -> AsyncGenerator[SummaryEvent]:
        """By the chat model; nothing is kept in the draft where it fails, and a notice says why."""
        document = summing.document
        parts = split_parts(document.passages, self._part_tokens, self._embedder.embedder.count_tokens)
        try:
            async with aclosing(
                self._of_one_part(summing, parts[0]) if len(parts) == 1 else self._of_parts(summing, parts)
            ) as events:
                async for event in events:
                    yield event
            if not summing.draft.sentences:
                summing.notice("unsupported")
        except ChatUnavailable:
            summing.draft = Draft(dropped=summing.draft.dropped)
            summing.notice("unavailable")

    async def _of_one_part(self, summing: Summing, part: Part) -> AsyncGenerator[SummaryEvent]:
        assert self._whole is not None
        summing.coverage = Coverage(1, 1)
        yield Progress(0, 1)
        most = summing.length.sentences
        work = Work(summing.document.as_found(part.passages, summing.language), draft=summing.draft)
        messages = part_messages(part, summing.language, most)
        async with aclosing(self._whole.written(work, messages, part.passages, most)) as checked:
            async for event in checked:
                yield event
                if self._is_over(summing):
                    break
        summing.spend(work.usage)
        yield Progress(1, 1)

    async def _of_parts(self, summing: Summing, parts: Sequence[Part]) -> AsyncGenerator[SummaryEvent]:
        document = summing.document
        wanted = affordable(parts, self._settings.summary_tokens, document.vectors, document.centre)
        read: dict[int, PartNotes] = {}
        yield Progress(0, len(wanted))
        for part in wanted:
            notes = await self._in_time(
                summing, part, max(LEAST_NOTES, math.ceil(summing.length.sentences / len(wanted)))
            )
            if notes is None:
                break
            read[part.first] = notes
            summing.spend(notes.usage)
            summing.dropped += notes.dropped
            yield Progress(len(read), len(wanted))
        self._note_coverage(summing, parts, read)
        noted = [note for first in sorted(read) for note in read[first].notes]
        async with aclosing(self._from_notes(summing, noted)) as events:
            async for event in events:
                yield event

    async def _in_time(self, summing: Summing, part: Part, most: int) -> PartNotes | None:
        """The notes of a part; None when the time for parts runs out before."""
        assert self._notes is not None
        left = (1 - FOR_THE_WHOLE) * self._settings.summary_s - (self._clock() - summing.started)
        try:
            async with asyncio.timeout(max(0.0, left)):
                return await self._notes.notes(summing.document, part, summing.language, most)
        except TimeoutError:
            return None

    def _note_coverage(self, summing: Summing, parts: Sequence[Part], read: Mapping[int, PartNotes]) -> None:
        missing = [part for part in parts if part.first not in read]
        headings = tuple(dict.fromkeys(part.heading for part in missing))
        summing.coverage = Coverage(len(parts), len(read), headings)
        if missing:
            summing.notice("left_out", read=len(read), parts=len(parts))

    async def _from_notes(self, summing: Summing, notes: Sequence[Note]) -> AsyncGenerator[SummaryEvent]:
        """The notes themselves where they are few; else a text from them, or the most central where that fails."""
        most = summing.length.sentences
        if len(notes) > most:
            async with aclosing(self._rewritten(summing, notes)) as events:
                async for event in events:
                    yield event
            if len(summing.draft.sentences) >= math.ceil(most / 2):
                return
            summing.draft = Draft(dropped=summing.draft.dropped)
            notes = [notes[n] for n in sorted(_central(notes, most, summing.document.centre))]
        for note in notes:
            places = [await self._citer.cite(source) for source in note.sources]
            yield summing.draft.keep(note.text, note.verdict, places, new_line=False)

    async def _rewritten(self, summing: Summing, notes: Sequence[Note]) -> AsyncGenerator[SentenceChecked]:
        """A text from the notes that fit a prompt, each sentence of it put to the sentences of the document."""
        assert self._whole is not None
        fitting = self._fitting(notes, summing.document.centre)
        grouped: dict[str, list[str]] = {}
        for note in fitting:
            grouped.setdefault(note.heading, []).append(note.text)
        most = summing.length.sentences
        sources = tuple(dict.fromkeys(source.source.passage.id for note in fitting for source in note.sources))
        passages = tuple(one for one in summing.document.passages if one.passage.id in sources)
        work = Work(summing.document.as_found(passages, summing.language), draft=summing.draft)
        messages = whole_messages(grouped, summing.language, most)
        async with aclosing(self._whole.written(work, messages, evidence_of(fitting), most)) as checked:
            async for event in checked:
                yield event
                if self._is_over(summing):
                    break
        summing.spend(work.usage)

    def _is_over(self, summing: Summing) -> bool:
        return self._clock() - summing.started >= self._settings.summary_s

    def _fitting(self, notes: Sequence[Note], centre: np.ndarray) -> list[Note]:
        sizes = self._embedder.embedder.count_tokens([note.text for note in notes])
        room = self._part_tokens
        taken: list[int] = []
        for n in _central(notes, len(notes), centre):
            room -= sizes[n]
            if room < 0 and taken:
                break
            taken.append(n)
        return [notes[n] for n in sorted(taken)]

    async def _extracted(self, summing: Summing) -> AsyncGenerator[SentenceChecked]:
        """The document's own central sentences."""
        summing.mode, summing.coverage = AnswerMode.EXTRACTIVE, None
        if summing.language != summing.document.version.language:
            summing.notice("own_language")
        for sentence in await excerpts(summing.document, summing.length.sentences, self._embedder):
            place = await self._citer.cite(sentence)
            new_line = bool(summing.draft.text)
            yield summing.draft.keep(shown_quote(place), VERBATIM, [place], new_line=new_line)

    def _assembled(self, summing: Summing) -> Summary:
        document, draft = summing.document, summing.draft
        is_written = summing.mode is AnswerMode.GENERATED and self._whole is not None
        return Summary(
            document_id=document.document.id,
            version_id=document.version.id,
            title=document.document.title,
            language=summing.language,
            length=summing.length,
            text=draft.text,
            mode=summing.mode,
            sentences=tuple(draft.sentences),
            citations=tuple(draft.citations),
            dropped=tuple(one for one in (*summing.dropped, *draft.dropped) if _is_told(one)),
            coverage=summing.coverage,
            model=self._whole.model if is_written and self._whole else "",
            usage=summing.usage,
            timings={"finished_s": round(self._clock() - summing.started, 3)},
            notices=tuple(summing.notices),
        )


def _central(notes: Sequence[Note], most: int, centre: np.ndarray) -> list[int]:
    return most_central(np.stack([note.vectors[0] for note in notes]), centre, most)


def _is_told(dropped: SentenceSupport) -> bool:
    """What was held back for want of support is told; that something was said twice is nobody's business."""
    return dropped.status is SupportStatus.CONTRADICTED or not any(check.name == "new" for check in dropped.checks)

"""A question in, a checked answer out: retrieve, pack, weigh, generate, attribute, verify."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing

import numpy as np

from rag.answering.answerability import answerability, signals
from rag.answering.calibration import Calibration
from rag.answering.checking import SentenceChecker, is_foreign
from rag.answering.citing import Citer
from rag.answering.conflicts import Conflicts
from rag.answering.context import Context, budget_of, pack_context
from rag.answering.conversation.condensing import Condenser
from rag.answering.conversation.turns import History
from rag.answering.dating import dated
from rag.answering.deep.deepening import Deepener, Gathered
from rag.answering.deep.second_look import SecondLook
from rag.answering.effort import Pace
from rag.answering.estimate import Estimate, estimated
from rag.answering.events import Answered, Event, SourcesFound, StepTaken, TextWritten
from rag.answering.evidence import Evidence, centred, split_sources
from rag.answering.extractive import excerpts, question_scores
from rag.answering.filling import ContextFiller
from rag.answering.notices import Notice
from rag.answering.packing import Packed
from rag.answering.prompts import answer_messages, judging_messages
from rag.answering.quoting import Quoter
from rag.answering.refusals import declines, refusal
from rag.answering.sentence_stream import SentenceStream, WrittenSentence
from rag.answering.surroundings import Surroundings
from rag.answering.work import Work
from rag.answering.writing import Writing
from rag.citations import Answer, AnswerMode, Effort, Refusal, RefusalReason, Step, StepKind
from rag.documents import ScoredPassage
from rag.errors import ChatUnavailable
from rag.index.filters import EVERYTHING, Filter
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel, GenerationOptions
from rag.models.chat_pace import ChatPace
from rag.models.yes_no import YesNoJudge
from rag.retrieval.centres import Centres
from rag.retrieval.question_words import word_shares
from rag.retrieval.retriever import Retrieval, Retriever
from rag.settings import AnsweringSettings, ChatSettings


class _OtherLanguage(Exception):
    """The model began its answer in another language than the question's."""


class Answerer:
    """Answers questions; `chat` is None where there is no chat model, and the documents' own sentences answer."""

    def __init__(
        self,
        retriever: Retriever,
        embedder: EmbeddingBatcher,
        chat: ChatModel | None,
        citer: Citer,
        calibration: Calibration,
        settings: AnsweringSettings,
        chat_timeout_s: float,
        conflicts: Conflicts | None = None,
        *,
        prices: ChatSettings | None = None,
        pace: ChatPace | None = None,
        filler: ContextFiller | None = None,
    ) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._chat = chat
        self._judge: YesNoJudge | None = chat if settings.judge and isinstance(chat, YesNoJudge) else None
        self._citer = citer
        self._quoter = Quoter(citer)
        self._checker = SentenceChecker(embedder, citer, calibration, strict=settings.policy == "strict")
        self._calibration = calibration
        self._settings = settings
        self._chat_timeout_s = chat_timeout_s
        self._condenser = Condenser(chat if settings.condensing == "model" else None, settings.condensing_s)
        self._deepener = Deepener(retriever, settings.deep_searches)
        self._second_look = SecondLook(retriever, embedder, self._checker)
        self._conflicts = conflicts
        self._filler = filler
        self._prices = prices
        self._chat_pace = pace or ChatPace()

    async def answer(
        self,
        question: str,
        *,
        collection: str | None = None,
        filter: Filter = EVERYTHING,
        extractive: bool = False,
        history: History = (),
        effort: Effort | None = None,
    ) -> Answer:
        """As `stream` tells it at its end."""
        stream = self.stream(
            question, collection=collection, filter=filter, extractive=extractive, history=history, effort=effort
        )
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.answer
        raise AssertionError("a stream of events ends with the answer")

    async def estimate(
        self, question: str, *, collection: str | None = None, filter: Filter = EVERYTHING, extractive: bool = False
    ) -> Estimate:
        """What an answer would take; the chat model is not asked. Raises Unavailable when retrieval cannot."""
        retrieval = await self._retriever.retrieve(question, collection=collection, filter=filter)
        context = await self._context(retrieval, Pace.of(None, self._settings), filter)
        language = retrieval.language
        if self._chat is None or extractive or not retrieval.passages:
            return Estimate(question, language, "", context.report)
        messages = answer_messages(question, language, context.packed.sources)
        rates, most = self._chat_pace.rates(self._chat.name), self._settings.max_tokens
        return await estimated(
            question, language, context.report, messages, self._chat, max_tokens=most, rates=rates, prices=self._prices
        )

    async def stream(
        self,
        question: str,
        *,
        collection: str | None = None,
        filter: Filter = EVERYTHING,
        extractive: bool = False,
        history: History = (),
        effort: Effort | None = None,
    ) -> AsyncGenerator[Event]:
        """The events of an answer; closing the iterator stops the work. Raises Unavailable when retrieval cannot.

        `history` is what was asked and answered before; `effort` is that of the settings where it is None.
        """
        work = await self._retrieved(question, collection, filter, history, Pace.of(effort, self._settings))
        for step in work.steps:
            yield StepTaken(step)
        yield SourcesFound(work.retrieval.passages)
        if not work.retrieval.passages:
            yield Answered(self._refused(work, RefusalReason.NO_DOCUMENTS))
            return
        async with aclosing(self._deepened(work, collection, filter)) as steps:
            async for event in steps:
                yield event
        work.context = await self._context(work.retrieval, work.pace, filter)
        packed = work.context.packed
        chat = None if extractive else self._chat
        async with AsyncExitStack() as reading:
            judge = self._judge if chat and work.pace.is_judged else None
            # The model reads the sources while their sentences are embedded: its first word is what one waits for.
            writing = None
            if chat and not judge:
                writing = await reading.enter_async_context(self._writing(work, packed, chat))
            scores = await self._weigh(work, packed, judge)
            assert work.evidence_score is not None
            if work.evidence_score < self._calibration.evidence_threshold:
                yield Answered(self._refused(work, RefusalReason.NO_EVIDENCE))
                return
            # Closed here and not when it is collected as garbage: whoever closes this wants the writing to stop now.
            async with aclosing(self._written(work, packed, scores, chat, writing)) as events:
                async for event in events:
                    yield event
        async with aclosing(self._looked_again(work, collection, filter)) as found:
            async for event in found:
                yield event
        yield Answered(await self._finished(work))

    async def _retrieved(
        self, question: str, collection: str | None, filter: Filter, history: History, pace: Pace
    ) -> Work:
        """What the question found, once it was made to stand alone."""
        started = time.perf_counter()
        condensed = await self._condenser.condense(question, history, quickly=pace.effort is Effort.FAST)
        waited_s = time.perf_counter() - started
        asked = condensed.question if condensed else question
        language = condensed.language if condensed else None
        retrieval = await self._retriever.retrieve(asked, collection=collection, filter=filter, language=language)
        work = Work(retrieval, question, pace, history, waited_s=waited_s, notices=list(retrieval.notices))
        if condensed:
            work.condensed = condensed
            work.steps.append(Step(StepKind.CONDENSE, condensed.question, round(waited_s, 3), by=condensed.by))
        work.clock("retrieved_s")
        return work

    async def _deepened(self, work: Work, collection: str | None, filter: Filter) -> AsyncGenerator[Event]:
        """Further searches, where the effort is deep, and what was found with them."""
        if work.pace.effort is not Effort.DEEP:
            return
        gathered = Gathered(work.retrieval)
        steps = self._deepener.deepen(gathered, collection, filter, lambda: self._has_time(work))
        async with aclosing(steps):
            async for step in steps:
                yield work.took(step)
        if gathered.parts:
            work.retrieval = gathered.retrieval
            work.parts = gathered.parts if gathered.is_planned else ()
            yield SourcesFound(work.retrieval.passages)

    async def _looked_again(self, work: Work, collection: str | None, filter: Filter) -> AsyncGenerator[Event]:
        """Sentences of the model that found support only when they were searched for, where the effort is deep."""
        if work.pace.effort is not Effort.DEEP or work.mode is not AnswerMode.GENERATED:
            return
        events = self._second_look.look(work, collection, filter, lambda: self._has_time(work))
        async with aclosing(events):
            async for event in events:
                yield event

    def _has_time(self, work: Work) -> bool:
        return work.seconds < self._settings.deep_s

    async def _weigh(self, work: Work, packed: Packed, judge: YesNoJudge | None) -> np.ndarray:
        """Find out how likely the sources are to answer the question; how closely each sentence meets it."""
        work.evidence = await self._evidence(packed, work.centres)
        vector = work.centres.query(work.retrieval.query_vector, work.language)
        shares = word_shares(work.retrieval.question, work.retrieval.passages)
        scores = question_scores(shares, vector, work.evidence)
        work.surroundings = Surroundings(work.evidence, scores)
        found = signals(work.retrieval.question, work.language, shares, vector, scores, work.evidence)
        if judge is not None and work.evidence.sentences:
            found = found.judged(await self._margin(work, excerpts(scores, work.evidence), judge))
            work.is_judged = found.margin is not None
        work.evidence_score = answerability(found)
        work.clock("weighed_s")
        return scores

    async def _margin(self, work: Work, sources: Sequence[ScoredPassage], judge: YesNoJudge) -> float | None:
        """None also where the model fails: then there is no answer of it to wait for either."""
        messages = judging_messages(work.retrieval.question, work.language, sources)
        try:
            async with asyncio.timeout(self._chat_timeout_s):
                return await judge.yes_margin(messages)
        except (ChatUnavailable, TimeoutError):
            work.is_chat_down = True
            return None

    async def _written(
        self, work: Work, packed: Packed, scores: np.ndarray, chat: ChatModel | None, begun: Writing | None
    ) -> AsyncGenerator[Event]:
        """The answer itself: by the chat model where there is one that answers, by extracts otherwise."""
        if chat is not None and not work.is_chat_down:
            try:
                async with aclosing(self._generated(work, packed, chat, begun)) as events:
                    async for event in events:
                        yield event
                async for event in self._quoter.complete(work, scores):
                    yield event
                if work.draft.sentences or not self._quoter.may_answer(work, scores):
                    return
                work.notices.append(Notice.EXTRACTS_FOR_SUPPORT.text(work.language))
            except ChatUnavailable:
                work.is_chat_down = True
            except _OtherLanguage:
                work.notices.append(Notice.EXTRACTS_FOR_LANGUAGE.text(work.language))
        if work.is_chat_down:
            work.notices.append(Notice.EXTRACTS_INSTEAD.text(work.language))
        work.start_over(dropped=work.draft.dropped)
        work.mode = AnswerMode.EXTRACTIVE
        async for event in self._quoter.extract(work, scores):
            yield event

    async def _generated(
        self, work: Work, packed: Packed, chat: ChatModel, begun: Writing | None
    ) -> AsyncGenerator[Event]:
        """What the model writes, asked a second time where it answers in another language. Raises ChatUnavailable."""
        try:
            async with AsyncExitStack() as stack:
                if begun is None:
                    begun = await stack.enter_async_context(self._writing(work, packed, chat))
                async with aclosing(self._checked(work, begun)) as events:
                    async for event in events:
                        yield event
        except _OtherLanguage:
            work.start_over()
            async with (
                self._writing(work, packed, chat, insisting=True) as again,
                aclosing(self._checked(work, again)) as events,
            ):
                async for event in events:
                    yield event

    def _writing(self, work: Work, packed: Packed, chat: ChatModel, *, insisting: bool = False) -> Writing:
        question, language = work.retrieval.question, work.language
        messages = answer_messages(question, language, packed.sources, insisting=insisting)
        return Writing(chat, messages, GenerationOptions(max_tokens=self._settings.max_tokens), self._chat_timeout_s)

    async def _context(self, retrieval: Retrieval, pace: Pace, filter: Filter) -> Context:
        chat = self._chat
        rates, window = (self._chat_pace.rates(chat.name), chat.context_tokens) if chat else (None, None)
        budget = budget_of(self._settings, self._prices, rates, window, tokens=pace.budget_tokens)
        context = pack_context(retrieval.passages, budget, self._embedder.embedder.count_tokens, retrieval.question)
        return await self._filler.filled(context, filter) if self._filler else context

    async def _evidence(self, packed: Packed, centres: Centres) -> Evidence:
        sentences = await dated(split_sources(packed.sources), self._citer.text)
        vectors = await self._embedder.embed_passages([sentence.in_context for sentence in sentences])
        return centred(sentences, vectors, centres)

    async def _checked(self, work: Work, writing: Writing) -> AsyncGenerator[Event]:
        """Each sentence, checked when it ends, until the model says that the sources do not tell."""
        stream = SentenceStream()
        async for delta in writing.deltas():
            if delta.text:
                work.clock("first_token_s")
                if self._settings.policy != "strict":
                    yield TextWritten(delta.text)
            work.usage = delta.usage or work.usage
            for sentence in stream.feed(delta.text):
                yield await self._check(work, sentence)
                if work.has_declined:
                    return
        for sentence in stream.finish():
            yield await self._check(work, sentence)

    async def _check(self, work: Work, sentence: WrittenSentence) -> Event:
        if not work.draft.sentences and is_foreign(sentence.text, work.language) and not declines(sentence.text):
            raise _OtherLanguage
        return await self._checker.check(sentence, work)

    async def _finished(self, work: Work) -> Answer:
        if not work.draft.sentences:
            declined = not work.draft.dropped or work.has_declined or work.has_restated
            reason = RefusalReason.MODEL_DECLINED if declined else RefusalReason.UNSUPPORTED_ANSWER
            return self._refused(work, reason)
        if self._conflicts is not None:
            work.conflicts = tuple(await self._conflicts.find(work))
        return self._assembled(work, work.draft.text, None)

    def _refused(self, work: Work, reason: RefusalReason) -> Answer:
        """A refusal keeps the nearest passages and what was dropped, and carries no citation and no claim."""
        said = refusal(reason, work.language)
        return self._assembled(work, said.message, said)

    def _assembled(self, work: Work, text: str, refused: Refusal | None) -> Answer:
        work.clock("finished_s")
        self._time(work)
        return Answer(
            question=work.asked,
            language=work.language,
            text=text,
            mode=work.mode,
            sentences=() if refused else tuple(work.draft.sentences),
            citations=() if refused else tuple(work.draft.citations),
            refusal=refused,
            dropped=tuple(sentence for sentence in work.draft.dropped if not declines(sentence.text)),
            retrieved=work.retrieval.passages,
            model=self._writer(work),
            usage=work.usage,
            timings=work.timings,
            notices=tuple(work.notices),
            evidence_score=work.evidence_score,
            standalone_question=work.condensed.question if work.condensed else None,
            effort=work.pace.effort,
            steps=tuple(work.steps),
            conflicts=work.conflicts,
            context=work.context.report if work.context else None,
        )

    def _time(self, work: Work) -> None:
        """Note how fast the chat model was, where it wrote to the end."""
        timings = work.timings
        if self._chat and work.mode is AnswerMode.GENERATED and "first_token_s" in timings:
            self._chat_pace.observe(
                self._chat.name,
                prompt_tokens=work.usage.prompt_tokens,
                reading_s=timings["first_token_s"] - timings["weighed_s" if work.is_judged else "retrieved_s"],
                written_tokens=work.usage.completion_tokens,
                writing_s=timings["finished_s"] - timings["first_token_s"],
            )

    def _writer(self, work: Work) -> str:
        """The chat model's name where it wrote the answer, or what was refused; none under extracts."""
        has_written = work.mode is AnswerMode.GENERATED and "first_token_s" in work.timings
        return self._chat.name if self._chat and has_written else ""

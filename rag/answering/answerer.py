"""A question in, a checked answer out: retrieve, pack, decide, generate, attribute, verify."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import numpy as np

from rag.answering.attribution import Attribution, attribute
from rag.answering.calibration import Calibration
from rag.answering.citing import Citer
from rag.answering.draft import Draft
from rag.answering.events import Answered, Event, SentenceChecked, SourcesFound, TextWritten
from rag.answering.evidence import Evidence, centred, split_sources
from rag.answering.extractive import extract, question_scores
from rag.answering.packing import Packed, pack
from rag.answering.prompts import answer_messages, without_marks
from rag.answering.refusals import declines, refusal
from rag.answering.sentence_stream import SentenceStream, WrittenSentence
from rag.answering.verification import Verdict, verify
from rag.citations import Answer, AnswerMode, Check, Refusal, RefusalReason, SupportStatus, Usage
from rag.documents import Language
from rag.errors import ChatUnavailable
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatDelta, ChatModel, GenerationOptions
from rag.retrieval.centres import Centres
from rag.retrieval.retriever import Retrieval, Retriever
from rag.settings import AnsweringSettings
from rag.text.language import detect_language

_UNFIT = (SupportStatus.UNSUPPORTED, SupportStatus.CONTRADICTED)

_EXTRACTS_INSTEAD = {
    "en": "The chat model did not answer, so these are the documents' own sentences.",
    "zh": "对话模型没有响应，以下为文档原句。",
}


@dataclass
class _Work:
    """What is known of one question while its answer is made."""

    retrieval: Retrieval
    draft: Draft = field(default_factory=Draft)
    evidence: Evidence | None = None
    mode: AnswerMode = AnswerMode.GENERATED
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def clock(self, name: str) -> None:
        """Note the seconds from the question to here, once for each name."""
        self.timings.setdefault(name, round(time.perf_counter() - self.started + self.retrieval.seconds, 3))

    @property
    def centres(self) -> Centres:
        return self.retrieval.centres


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
    ) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._chat = chat
        self._citer = citer
        self._calibration = calibration
        self._settings = settings
        self._chat_timeout_s = chat_timeout_s

    async def answer(self, question: str, *, collection: str | None = None, extractive: bool = False) -> Answer:
        async with aclosing(self.stream(question, collection=collection, extractive=extractive)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.answer
        raise AssertionError("a stream of events ends with the answer")

    async def stream(
        self, question: str, *, collection: str | None = None, extractive: bool = False
    ) -> AsyncGenerator[Event]:
        """The events of an answer; closing the iterator stops the work. Raises Unavailable when retrieval cannot."""
        work = _Work(await self._retriever.retrieve(question, collection=collection))
        work.clock("retrieved_s")
        yield SourcesFound(work.retrieval.passages)
        if not work.retrieval.passages:
            yield Answered(self._refused(work, RefusalReason.NO_DOCUMENTS))
            return
        packed = self._packed(work.retrieval)
        work.evidence = await self._evidence(packed, work.centres)
        vector = work.centres.query(work.retrieval.query_vector, work.retrieval.language)
        if float(work.evidence.closeness(vector).max(initial=-1.0)) < self._calibration.evidence_threshold:
            yield Answered(self._refused(work, RefusalReason.NO_EVIDENCE))
            return
        scores = question_scores(question, vector, work.evidence)
        # Closed here rather than when it is collected as garbage: whoever closes this wants the writing to stop now.
        async with aclosing(self._written(work, packed, scores, extractive=extractive)) as events:
            async for event in events:
                yield event

    async def _written(
        self, work: _Work, packed: Packed, scores: np.ndarray, *, extractive: bool
    ) -> AsyncGenerator[Event]:
        """The answer itself: by the chat model where there is one that answers, by extracts otherwise."""
        if self._chat is not None and not extractive:
            try:
                async with aclosing(self._generate(work, packed)) as events:
                    async for event in events:
                        yield event
                yield Answered(self._finished(work))
                return
            except ChatUnavailable:
                work.draft = Draft()
                work.notices.append(_EXTRACTS_INSTEAD["zh" if work.retrieval.language == "zh" else "en"])
        work.mode = AnswerMode.EXTRACTIVE
        async for event in self._extract(work, scores):
            yield event
        yield Answered(self._finished(work))

    def _packed(self, retrieval: Retrieval) -> Packed:
        count_tokens = self._embedder.embedder.count_tokens
        return pack(retrieval.question, retrieval.passages, self._settings.budget_tokens, count_tokens)

    async def _evidence(self, packed: Packed, centres: Centres) -> Evidence:
        sentences = split_sources(packed.sources)
        vectors = await self._embedder.embed_passages([sentence.in_context for sentence in sentences])
        return centred(sentences, vectors, centres)

    async def _generate(self, work: _Work, packed: Packed) -> AsyncGenerator[Event]:
        """Let the chat model write; check each sentence when it ends. Raises ChatUnavailable."""
        stream = SentenceStream()
        async with aclosing(self._deltas(work, packed)) as deltas:
            async for delta in deltas:
                if delta.text and self._settings.policy != "strict":
                    yield TextWritten(delta.text)
                for sentence in stream.feed(delta.text):
                    yield await self._checked(work, sentence)
                    if _declined(work):
                        return
        for sentence in stream.finish():
            yield await self._checked(work, sentence)

    async def _deltas(self, work: _Work, packed: Packed) -> AsyncGenerator[ChatDelta]:
        """What the model writes, given up when the next piece takes longer than the settings allow."""
        assert self._chat is not None
        messages = answer_messages(work.retrieval.question, work.retrieval.language, packed.sources)
        options = GenerationOptions(max_tokens=self._settings.max_tokens)
        written = self._chat.stream(messages, options)
        try:
            while True:
                async with asyncio.timeout(self._chat_timeout_s):
                    delta = await anext(written)
                if delta.text:
                    work.clock("first_token_s")
                work.usage = delta.usage or work.usage
                yield delta
        except StopAsyncIteration:
            return
        except TimeoutError:
            reason = f"nothing was written for {self._chat_timeout_s:g} s (chat.timeout_s)"
            raise ChatUnavailable(model=self._chat.name, reason=reason) from None
        finally:
            await _close(written)

    async def _checked(self, work: _Work, sentence: WrittenSentence) -> SentenceChecked:
        """Attribute and verify one sentence; what the policy does not let pass is noted, not shown."""
        assert work.evidence is not None
        if declines(sentence.text):
            return work.draft.drop(sentence.text, _DECLINES)
        attribution = await self._attributed(sentence.text, work)
        verdict = verify(sentence.text, attribution, self._calibration.support_threshold)
        if self._settings.policy == "strict" and verdict.status in _UNFIT:
            return work.draft.drop(sentence.text, verdict)
        work.clock("first_sentence_s")
        # A quote under a sentence that it does not support would lend it what it does not have.
        quoted = () if verdict.status is SupportStatus.UNSUPPORTED else attribution.sentences
        places = [await self._citer.cite(source) for source in quoted]
        return work.draft.keep(sentence.text, verdict, places, new_line=sentence.new_line)

    async def _attributed(self, claim: str, work: _Work) -> Attribution:
        assert work.evidence is not None
        language = detect_language(claim, default=work.retrieval.language)
        vector = await self._centred(claim, language, work.centres)
        attribution = attribute(claim, vector, language, work.evidence)
        if not attribution.sentences:
            return attribution
        # A short quote under a long header is far from a claim that repeats it word for word: without, it is close.
        quoted = attribution.sentences[0].source.passage.language
        bare = await self._centred(attribution.quotes, quoted, work.centres)
        return replace(attribution, closeness=max(attribution.closeness, float(bare @ vector)))

    async def _centred(self, text: str, language: Language, centres: Centres) -> np.ndarray:
        vectors = await self._embedder.embed_passages([text])
        centred_vector: np.ndarray = centres.passage(vectors, language)[0]
        return centred_vector

    async def _extract(self, work: _Work, scores: np.ndarray) -> AsyncGenerator[Event]:
        assert work.evidence is not None
        for source in extract(scores, work.evidence):
            place = await self._citer.cite(source)
            work.clock("first_sentence_s")
            yield work.draft.keep(without_marks(place.quote), _VERBATIM, [place], new_line=bool(work.draft.text))

    def _finished(self, work: _Work) -> Answer:
        if not work.draft.sentences:
            declined = not work.draft.dropped or _declined(work)
            reason = RefusalReason.MODEL_DECLINED if declined else RefusalReason.UNSUPPORTED_ANSWER
            return self._refused(work, reason)
        return self._assembled(work, work.draft.text, None)

    def _refused(self, work: _Work, reason: RefusalReason) -> Answer:
        """A refusal keeps the nearest passages and what was dropped, and carries no citation and no claim."""
        said = refusal(reason, work.retrieval.language)
        return self._assembled(work, said.message, said)

    def _assembled(self, work: _Work, text: str, refused: Refusal | None) -> Answer:
        work.clock("finished_s")
        return Answer(
            question=work.retrieval.question,
            language=work.retrieval.language,
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
        )

    def _writer(self, work: _Work) -> str:
        """The chat model's name where it wrote the answer, or what was refused; none under extracts."""
        has_written = work.mode is AnswerMode.GENERATED and "first_token_s" in work.timings
        return self._chat.name if self._chat and has_written else ""


_DECLINES = Verdict(
    SupportStatus.UNSUPPORTED, (Check("declined", False, "the model says the sources do not tell"),), 0.0
)
_VERBATIM = Verdict(SupportStatus.SUPPORTED, (Check("verbatim", True, "the sentence is the quote"),), 1.0)


def _declined(work: _Work) -> bool:
    """Whether the model began by saying that the sources do not tell: what it adds is then guesswork."""
    return not work.draft.sentences and any(declines(sentence.text) for sentence in work.draft.dropped)


async def _close(written: AsyncIterator[ChatDelta]) -> None:
    close = getattr(written, "aclose", None)
    if close is not None:
        await close()

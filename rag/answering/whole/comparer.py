"""Two documents in, a checked comparison out: what is near in both, where it differs, in sentences that are cited."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from rag.answering.calibration import Calibration
from rag.answering.checking import SentenceChecker
from rag.answering.citing import Citer
from rag.answering.disagreement import DisagreementKind, difference
from rag.answering.draft import Draft
from rag.answering.events import SentenceChecked
from rag.answering.evidence import Evidence, EvidenceSentence, centred, split_sources
from rag.answering.extractive import VERBATIM, shown_quote
from rag.answering.injection import is_instruction
from rag.answering.whole.alignment import Pair, aligned, nearest_passages
from rag.answering.whole.notes import Writer
from rag.answering.whole.prompts import comparing_messages
from rag.answering.whole.reading import WholeDocument, WholeDocuments
from rag.answering.whole.records import Compared, Comparison, ComparisonEvent, ComparisonMade, Difference, Progress
from rag.answering.whole.words import say
from rag.answering.work import Work
from rag.citations import AnswerMode, Citation
from rag.documents import Language, ScoredPassage, Span
from rag.errors import ChatUnavailable
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel
from rag.settings import AnsweringSettings
from rag.text.language import detect_language

MOST_SENTENCES = 8
MOST_PAIRS = 4
"""Pairs of sentences that are shown in place of a text: differing ones first."""
MOST_DIFFERENCES = 8


@dataclass
class _Comparing:
    """What is known of one comparison while it is made."""

    documents: tuple[WholeDocument, WholeDocument]
    question: str
    language: Language
    started: float
    notices: list[str] = field(default_factory=list)
    mode: AnswerMode = AnswerMode.GENERATED


class Comparer:
    """Compares documents; `chat` is None where there is no chat model, and pairs of like sentences stand for a text."""

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
        self._tokens = settings.summary_part_tokens
        self._clock = clock
        checker = SentenceChecker(embedder, citer, calibration, strict=settings.policy == "strict")
        self._writer = Writer(chat, embedder, checker, chat_timeout_s) if chat else None

    async def compare(
        self, one: str, other: str, *, question: str = "", language: Language | None = None, extractive: bool = False
    ) -> Comparison:
        events = self.stream(one, other, question=question, language=language, extractive=extractive)
        async with aclosing(events) as stream:
            async for event in stream:
                if isinstance(event, ComparisonMade):
                    return event.comparison
        raise AssertionError("a stream of events ends with the comparison")

    async def stream(
        self, one: str, other: str, *, question: str = "", language: Language | None = None, extractive: bool = False
    ) -> AsyncGenerator[ComparisonEvent]:
        """The events of a comparison; closing the iterator stops the work. Raises what reading a document raises.

        A `question` says in which respect the two are compared. The language is its own, or else the first document's.
        """
        started = self._clock()
        documents = (await self._documents.read(one), await self._documents.read(other))
        own = documents[0].version.language
        comparing = _Comparing(documents, question, language or detect_language(question, default=own), started)
        yield Progress(0, 1)
        work, first = await self._prepared(comparing)
        assert work.evidence is not None
        pairs = [pair for pair in aligned(work.evidence, first) if not any(map(is_instruction, pair[:2]))]
        if self._writer is not None and not extractive and work.evidence.sentences:
            async with aclosing(self._written(comparing, work, first)) as events:
                async for event in events:
                    yield event
        if not work.draft.sentences:
            comparing.mode = AnswerMode.EXTRACTIVE
            async for event in self._extracted(comparing, work, pairs):
                yield event
        yield Progress(1, 1)
        yield ComparisonMade(self._assembled(comparing, work, await self._differences(work, pairs)))

    async def _prepared(self, comparing: _Comparing) -> tuple[Work, tuple[ScoredPassage, ...]]:
        """The nearest passages of both with their sentences embedded; those of the first document apart."""
        one, other = comparing.documents
        query = None
        if comparing.question:
            vector = await self._embedder.embed_query(comparing.question)
            query = one.centres.query(vector, detect_language(comparing.question, default="en"))
        count_tokens = self._embedder.embedder.count_tokens
        first, second = nearest_passages(one, other, self._tokens, count_tokens, query)
        if (len(first), len(second)) != (len(one.passages), len(other.passages)):
            comparing.notices.append(say("nearest_parts", comparing.language, one=len(first), other=len(second)))
        work = Work(one.as_found((*first, *second), comparing.language, comparing.question))
        work.evidence = await self._evidence((*first, *second), work)
        return work, first

    async def _evidence(self, passages: Sequence[ScoredPassage], work: Work) -> Evidence:
        sentences = split_sources(passages)
        # Without headers: those of two documents differ, and are in every sentence.
        vectors = await self._embedder.embed_passages([sentence.text for sentence in sentences])
        return centred(sentences, vectors, work.centres)

    async def _written(
        self, comparing: _Comparing, work: Work, first: Sequence[ScoredPassage]
    ) -> AsyncGenerator[SentenceChecked]:
        """By the chat model; the draft is empty where it fails, and a notice says why."""
        assert self._writer is not None
        assert work.evidence is not None
        second = [passage for passage in work.retrieval.passages if passage not in first]
        sides = {"A": first, "B": second}
        messages = comparing_messages(sides, comparing.question, comparing.language, MOST_SENTENCES)
        try:
            async with aclosing(self._writer.written(work, messages, work.evidence, MOST_SENTENCES)) as checked:
                async for event in checked:
                    yield event
            if not work.draft.sentences:
                comparing.notices.append(say("unsupported", comparing.language))
        except ChatUnavailable:
            comparing.notices.append(say("unavailable", comparing.language))
            work.draft = Draft(dropped=work.draft.dropped)

    async def _extracted(
        self, comparing: _Comparing, work: Work, pairs: Sequence[Pair]
    ) -> AsyncGenerator[SentenceChecked]:
        """Like sentences of both, one below the other; the pairs that differ in a quantity first."""
        if not pairs:
            comparing.notices.append(say("nothing_alike", comparing.language))
        differing = [pair for pair in pairs if difference(pair.one, pair.other)]
        alike = [pair for pair in pairs if pair not in differing]
        for pair in [*differing, *alike][:MOST_PAIRS]:
            for sentence in pair[:2]:
                place = await self._citer.cite(sentence)
                yield work.draft.keep(shown_quote(place), VERBATIM, [place], new_line=bool(work.draft.text))

    async def _differences(self, work: Work, pairs: Sequence[Pair]) -> list[Difference]:
        """Of like sentences; quantities and dates before denials. Marks of new places go on from the text's."""
        found = [(pair, told) for pair in pairs if (told := difference(pair.one, pair.other))]
        found.sort(key=lambda one: one[1].kind is DisagreementKind.POLARITY)
        numbered = {(place.version_id, place.span): place for place in work.draft.citations}
        differences = []
        for pair, told in found[:MOST_DIFFERENCES]:
            citations = (await self._numbered(pair.one, numbered), await self._numbered(pair.other, numbered))
            differences.append(Difference(told.kind.value, citations, (told.one, told.other), pair.closeness))
        return differences

    async def _numbered(self, sentence: EvidenceSentence, numbered: dict[tuple[str, Span], Citation]) -> Citation:
        key = (sentence.source.passage.version_id, sentence.span)
        if key not in numbered:
            place = await self._citer.cite(sentence)
            numbered[key] = replace(place, marker=1 + max((one.marker for one in numbered.values()), default=0))
        return numbered[key]

    def _assembled(self, comparing: _Comparing, work: Work, differences: Sequence[Difference]) -> Comparison:
        one, other = (Compared(each.document.id, each.version.id, each.document.title) for each in comparing.documents)
        is_written = comparing.mode is AnswerMode.GENERATED and self._writer is not None
        return Comparison(
            documents=(one, other),
            question=comparing.question,
            language=comparing.language,
            text=work.draft.text,
            mode=comparing.mode,
            sentences=tuple(work.draft.sentences),
            citations=tuple(work.draft.citations),
            differences=tuple(differences),
            dropped=tuple(work.draft.dropped),
            model=self._writer.model if is_written and self._writer else "",
            usage=work.usage,
            timings={"finished_s": round(self._clock() - comparing.started, 3)},
            notices=tuple(comparing.notices),
        )

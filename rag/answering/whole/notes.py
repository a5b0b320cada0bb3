"""What a chat model notes of one part of a document: sentences that were checked, with the source sentences below them.

A note is never evidence. Whatever is written from notes later is attributed to the sentences of the document that they
rest on, and its quotes are the document's.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np

from rag.answering.checking import SentenceChecker
from rag.answering.events import SentenceChecked
from rag.answering.evidence import Evidence, EvidenceSentence, centred, split_sources
from rag.answering.sentence_stream import SentenceStream, WrittenSentence
from rag.answering.surroundings import Surroundings
from rag.answering.verification import Verdict
from rag.answering.whole.parts import Part
from rag.answering.whole.prompts import part_messages
from rag.answering.whole.reading import WholeDocument
from rag.answering.work import Work
from rag.answering.writing import Writing
from rag.citations import Check, SentenceSupport, SupportStatus, Usage
from rag.documents import Language, ScoredPassage
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel, GenerationOptions, Message
from rag.models.embedding import Vectors
from rag.text.quantities import unsupported
from rag.text.terms import lexical_terms

TOKENS_A_SENTENCE = 60
"""Room for one sentence of a reply: long ones of the default model have about forty."""
REPEATED_SHARE = 0.8
"""Share of a sentence's words that one before it has, from which it says nothing new."""
_REPEATS = Verdict(SupportStatus.UNSUPPORTED, (Check("new", False, "it was said before"),), 0.0)


@dataclass(frozen=True, slots=True)
class Note:
    """A checked sentence about a part. `sources` carry it, the best first; `vectors` are theirs, centred, one a row."""

    heading: str
    text: str
    verdict: Verdict
    sources: tuple[EvidenceSentence, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class PartNotes:
    notes: tuple[Note, ...]
    dropped: tuple[SentenceSupport, ...] = ()
    usage: Usage = field(default_factory=Usage)


class Writer:
    """A chat model whose every sentence is put to its sources as it is written."""

    def __init__(self, chat: ChatModel, embedder: EmbeddingBatcher, checker: SentenceChecker, timeout_s: float) -> None:
        """`timeout_s` is the longest wait for the next piece of a reply."""
        self._chat = chat
        self._embedder = embedder
        self._checker = checker
        self._timeout_s = timeout_s

    @property
    def model(self) -> str:
        return self._chat.name

    async def notes(self, document: WholeDocument, part: Part, language: Language, most: int) -> PartNotes:
        """Up to `most` sentences about a part. Raises ChatUnavailable."""
        work = Work(document.as_found(part.passages, language))
        messages = part_messages(part, language, most)
        async with aclosing(self.written(work, messages, part.passages, most)) as checked:
            async for _ in checked:
                pass
        return PartNotes(tuple(_notes(work, part)), tuple(work.draft.dropped), work.usage)

    async def written(
        self, work: Work, messages: Sequence[Message], sources: Evidence | Sequence[ScoredPassage], most: int
    ) -> AsyncGenerator[SentenceChecked]:
        """The reply's sentences, as they are checked against the sources, until `most` were kept.

        The model reads while the sources' sentences are embedded, if they are not. Raises ChatUnavailable.
        """
        options = GenerationOptions(max_tokens=TOKENS_A_SENTENCE * most)
        stream = SentenceStream()
        async with Writing(self._chat, messages, options, self._timeout_s) as writing:
            await self._prepare(work, sources)
            async for delta in writing.deltas():
                work.usage = delta.usage or work.usage
                for sentence in stream.feed(delta.text):
                    yield await self._check(work, sentence)
                    if len(work.draft.sentences) == most:
                        return
            for sentence in stream.finish()[: most - len(work.draft.sentences)]:
                yield await self._check(work, sentence)

    async def _prepare(self, work: Work, sources: Evidence | Sequence[ScoredPassage]) -> None:
        if isinstance(sources, Evidence):
            work.evidence = sources
        else:
            sentences = split_sources(sources)
            vectors = await self._embedder.embed_passages([sentence.in_context for sentence in sentences])
            work.evidence = centred(sentences, vectors, work.centres)
        work.surroundings = Surroundings(work.evidence, np.zeros(len(work.evidence.sentences)))

    async def _check(self, work: Work, sentence: WrittenSentence) -> SentenceChecked:
        if repeats(sentence.text, [kept.text for kept in work.draft.sentences]):
            return work.draft.drop(sentence.text, _REPEATS)
        return await self._checker.check(sentence, work)


def repeats(sentence: str, before: Sequence[str]) -> bool:
    """Whether an earlier sentence has nearly all words of this one, and all of its numbers."""
    terms = frozenset(lexical_terms(sentence))
    alike = [other for other in before if len(terms & frozenset(lexical_terms(other))) >= REPEATED_SHARE * len(terms)]
    return bool(terms) and any(not unsupported(sentence, [other]) for other in alike)


def _notes(work: Work, part: Part) -> list[Note]:
    """The kept sentences of a part that rest on something."""
    assert work.evidence is not None
    places = {(one.source.passage.version_id, one.span): n for n, one in enumerate(work.evidence.sentences)}
    notes = []
    for kept in work.draft.sentences:
        cited = [work.draft.citations[marker - 1] for marker in kept.markers]
        rows = [places[citation.version_id, citation.span] for citation in cited]
        if rows:
            sources = tuple(work.evidence.sentences[row] for row in rows)
            verdict = Verdict(kept.status, kept.checks, kept.score)
            notes.append(Note(part.heading, kept.text, verdict, sources, work.evidence.vectors[rows]))
    return notes


def evidence_of(notes: Sequence[Note]) -> Evidence:
    """The source sentences that notes rest on, once each. Raises ValueError where there is no note."""
    rows = {
        (source.source.passage.version_id, source.span): (source, vector)
        for note in notes
        for source, vector in zip(note.sources, note.vectors, strict=True)
    }
    return Evidence(tuple(source for source, _ in rows.values()), np.stack([vector for _, vector in rows.values()]))

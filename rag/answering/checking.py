"""A written sentence put to its sources: attributed, verified, and kept or dropped as the policy says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rag.answering.attribution import Attribution, attribute
from rag.answering.calibration import Calibration
from rag.answering.citing import Citer
from rag.answering.events import SentenceChecked
from rag.answering.refusals import declines
from rag.answering.sentence_stream import WrittenSentence
from rag.answering.telling import RESTATES, TOLD, is_told, tells_more
from rag.answering.verification import Verdict, verify
from rag.answering.work import Work
from rag.citations import Check, SupportStatus
from rag.documents import Language
from rag.models.batching import EmbeddingBatcher
from rag.retrieval.centres import Centres
from rag.text.language import detect_language

_UNFIT = (SupportStatus.UNSUPPORTED, SupportStatus.CONTRADICTED)

_DECLINES = Verdict(
    SupportStatus.UNSUPPORTED, (Check("declined", False, "the model says the sources do not tell"),), 0.0
)
_RESTATES = Verdict(SupportStatus.UNSUPPORTED, (Check(RESTATES, False, "it says no more than the question"),), 0.0)
_FOREIGN = Verdict(
    SupportStatus.UNSUPPORTED, (Check("language", False, "it is not in the language of the question"),), 0.0
)


class SentenceChecker:
    def __init__(self, embedder: EmbeddingBatcher, citer: Citer, calibration: Calibration, *, strict: bool) -> None:
        """`strict` keeps from the reader what has no support."""
        self._embedder = embedder
        self._citer = citer
        self._calibration = calibration
        self._strict = strict

    async def check(self, sentence: WrittenSentence, work: Work) -> SentenceChecked:
        """Attribute and verify one sentence; what the policy does not let pass is noted, not shown."""
        if declines(sentence.text):
            return work.draft.drop(sentence.text, _DECLINES)
        if is_foreign(sentence.text, work.language):
            return work.draft.drop(sentence.text, _FOREIGN)
        if not tells_more(work.retrieval.question, sentence.text):
            return work.draft.drop(sentence.text, _RESTATES)
        attribution = await self._attributed(sentence.text, work)
        verdict = verify(sentence.text, attribution, self._calibration.support_threshold)
        verdict = _held_to_the_question(verdict, work.retrieval.question, sentence.text, attribution)
        if self._strict and verdict.status in _UNFIT:
            return work.draft.drop(sentence.text, verdict)
        work.clock("first_sentence_s")
        # A quote under a sentence that it does not support would lend it what it does not have.
        quoted = () if verdict.status is SupportStatus.UNSUPPORTED else attribution.sentences
        assert work.surroundings is not None
        work.surroundings.cite(quoted)
        places = [await self._citer.cite(source) for source in quoted]
        return work.draft.keep(sentence.text, verdict, places, new_line=sentence.new_line)

    async def _attributed(self, claim: str, work: Work) -> Attribution:
        assert work.evidence is not None
        assert work.surroundings is not None
        language = detect_language(claim, default=work.language)
        vector = await self._centred(claim, language, work.centres)
        attribution = attribute(claim, vector, language, work.evidence, work.surroundings.bonus())
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


def _held_to_the_question(verdict: Verdict, question: str, claim: str, attribution: Attribution) -> Verdict:
    """The verdict, where the quotes tell some of what the claim says beyond the question; across languages, no words
    can show that.
    """
    if verdict.status in _UNFIT or attribution.across_languages:
        return verdict
    told = is_told(question, claim, [f"{one.columns}\n{one.text}" for one in attribution.sentences])
    status = verdict.status if told else SupportStatus.UNSUPPORTED
    return replace(verdict, status=status, checks=(*verdict.checks, Check(TOLD, told)))


def is_foreign(sentence: str, language: Language) -> bool:
    """Whether a sentence is Chinese under a question that is not, or the other way round; names and codes are not."""
    written = detect_language(sentence, default=language)
    if "zh" not in (written, language) or written == language:
        return False
    return written == "zh" or len(sentence.split()) >= _LEAST_WORDS


_LEAST_WORDS = 4
"""Latin words that are more than a name."""

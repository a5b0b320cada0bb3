"""Answering with the documents' own sentences, where no chat model is there, or in time, or wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from rag.answering.evidence import Evidence, EvidenceSentence
from rag.answering.injection import is_instruction
from rag.answering.prompts import without_marks
from rag.answering.verification import Verdict
from rag.citations import Check, Citation, SupportStatus
from rag.documents import ScoredPassage

WORDS_WEIGHT = 1.0
"""What a sentence with all the words of the question is worth beside a centred cosine. With the words weighted by how
much they tell, the sentences that this finds hold and are evidence more often than with plain shares of words, counted
half (docs/answering.md)."""
HEADER_SHARE = 0.5
"""What a word counts that only the header holds: every sentence of the section shares it."""
MOST_SENTENCES = 3
NEXT_TO_BEST = 0.85
"""Share of the best sentence's merit that a further one must have to be shown beside it."""
MOST_OF_AN_ACCOUNT = 4
NEXT_IN_AN_ACCOUNT = 0.7
"""The same where an account or a list is asked for: of the evidence of 25 such DRAGONBall questions, they bring 69
instead of 48 %, and 66 instead of 71 % of what is quoted is evidence (docs/answering.md)."""
EXCERPT_SENTENCES = 6

VERBATIM = Verdict(SupportStatus.SUPPORTED, (Check("verbatim", True, "the sentence is the quote"),), 1.0)
"""Of a sentence that is its own quote."""


def question_scores(shares: Mapping[str, float], query_vector: np.ndarray, evidence: Evidence) -> np.ndarray:
    """How closely each source sentence, under its header, meets the question, shape (n,).

    `shares` say how much each word of the question tells; the vector is the question's, centred.
    """
    told = np.array([_told(shares, sentence) for sentence in evidence.sentences])
    scores: np.ndarray = evidence.closeness(query_vector) + WORDS_WEIGHT * told
    return scores


def _told(shares: Mapping[str, float], sentence: EvidenceSentence) -> float:
    return sum(
        share if word in sentence.terms else HEADER_SHARE * share if word in sentence.header_terms else 0.0
        for word, share in shares.items()
    )


def extract(merits: np.ndarray, evidence: Evidence, *, is_account: bool = False) -> list[EvidenceSentence]:
    """The sentences that meet the question best, in the order of their documents; none of those that speak to a model
    instead of a reader.

    `merits` say how closely each sentence meets the question and how well its document does, shape (n,); -inf keeps
    a sentence out.
    """
    most, least = (MOST_OF_AN_ACCOUNT, NEXT_IN_AN_ACCOUNT) if is_account else (MOST_SENTENCES, NEXT_TO_BEST)
    order = [int(i) for i in np.argsort(-merits, kind="stable") if merits[i] > -np.inf]
    best = list(islice((i for i in order if not is_instruction(evidence.sentences[i])), most))
    kept = [i for i in best if merits[i] >= least * merits[best[0]]]
    return [evidence.sentences[i] for i in sorted(kept)]


def excerpts(scores: np.ndarray, evidence: Evidence) -> list[ScoredPassage]:
    """The sentences that meet the question best, rows under the names of their columns, as sources of their own in the
    order of their documents: a small model judges a few lines better than a page. None speaks to the model.
    """
    order = map(int, np.argsort(-scores, kind="stable"))
    best = islice((n for n in order if not is_instruction(evidence.sentences[n])), EXCERPT_SENTENCES)
    return [_excerpt(evidence.sentences[n]) for n in sorted(best)]


def _excerpt(sentence: EvidenceSentence) -> ScoredPassage:
    text = f"{sentence.columns}\n{sentence.text}" if sentence.columns else sentence.text
    return replace(sentence.source, text=text)


def shown_quote(place: Citation) -> str:
    """A quote as a sentence of an answer: on one line - a label and what it names are two - and without marks."""
    return without_marks(" ".join(place.quote.splitlines()))

"""Answering with the documents' own sentences, where no chat model is there, or in time, or wanted."""

from __future__ import annotations

import numpy as np

from rag.answering.attribution import coverage
from rag.answering.evidence import Evidence, EvidenceSentence
from rag.text.terms import lexical_terms

WORDS_WEIGHT = 0.5
MOST_SENTENCES = 3
NEXT_TO_BEST = 0.85
"""Share of the best sentence's score that a further one must have to be shown beside it."""


def question_scores(question: str, query_vector: np.ndarray, evidence: Evidence) -> np.ndarray:
    """How closely each source sentence, under its header, meets the question, shape (n,); the vector is centred."""
    terms = frozenset(lexical_terms(question))
    shared = np.array([coverage(terms, [sentence]) for sentence in evidence.sentences])
    scores: np.ndarray = evidence.closeness(query_vector) + WORDS_WEIGHT * shared
    return scores


def extract(scores: np.ndarray, evidence: Evidence) -> list[EvidenceSentence]:
    """The sentences that answer the question best, at most three, in the order of their documents."""
    order = [int(i) for i in np.argsort(-scores, kind="stable")[:MOST_SENTENCES]]
    kept = [i for i in order if scores[i] >= NEXT_TO_BEST * scores[order[0]]]
    return [evidence.sentences[i] for i in sorted(kept)]

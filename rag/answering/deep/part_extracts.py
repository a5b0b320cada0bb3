"""The documents' own sentences for a question with parts: the best for each, where one part would fill the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.evidence import Evidence, EvidenceSentence
from rag.answering.extractive import question_scores
from rag.answering.injection import is_instruction
from rag.retrieval.question_words import word_shares
from rag.retrieval.retriever import Retrieval


def extract_parts(parts: Sequence[Retrieval], evidence: Evidence) -> list[EvidenceSentence]:
    """The sentence that meets each part best, each once, in the order of their documents."""
    found = {best for part in parts if (best := _best(part, evidence)) is not None}
    return [evidence.sentences[n] for n in sorted(found)]


def _best(part: Retrieval, evidence: Evidence) -> int | None:
    vector = part.centres.query(part.query_vector, part.language)
    scores = question_scores(word_shares(part.question, part.passages), vector, evidence)
    order = map(int, np.argsort(-scores, kind="stable"))
    return next((n for n in order if not is_instruction(evidence.sentences[n])), None)

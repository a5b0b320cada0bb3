"""Sources and their sentences, by hand."""

from __future__ import annotations

import numpy as np

from rag.answering.evidence import Evidence, EvidenceSentence
from rag.documents import Passage, ScoredPassage, Span
from rag.text.language import detect_language


def source(text: str, *, name: str = "p1", start: int = 0, context: str = "", version: str = "v1") -> ScoredPassage:
    """A passage that stands at `start` of its version's text."""
    span = Span(start, start + len(text))
    passage = Passage(name, "d1", version, "default", span, context, detect_language(text))
    return ScoredPassage(passage, text, "Handbook", "a.txt", 1.0, 1)


def sentence(text: str, *, context: str = "") -> EvidenceSentence:
    """A sentence that is a passage of its own."""
    return EvidenceSentence(source(text, context=context), Span(0, len(text)), text)


def evidence(*closeness_of: tuple[str, float]) -> Evidence:
    """Sentences whose closeness to CLAIM is as given."""
    sentences = tuple(sentence(text) for text, _ in closeness_of)
    return Evidence(sentences, np.array([[closeness, 0.0] for _, closeness in closeness_of], np.float32).reshape(-1, 2))


CLAIM = np.array([1.0, 0.0], np.float32)
"""The vector of the claim that closeness is given for."""

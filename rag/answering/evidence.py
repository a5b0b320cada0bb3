"""The source sentences that an answer may rest on: the smallest spans worth citing, with vectors to compare by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.documents import ScoredPassage, Span
from rag.models.embedding import Vectors
from rag.retrieval.centres import Centres
from rag.text.sentences import sentence_spans
from rag.text.terms import lexical_terms

LEAST_LETTERS = 2
"""A span with fewer letters and digits - a bullet, a rule - proves nothing."""
LONGEST_LABEL = 40
"""Characters of a line that ends in a colon and names what stands below it, as in forms and records."""


@dataclass(frozen=True)
class EvidenceSentence:
    """A sentence, list item or table row of a source; `span` lies in the text of the source's version."""

    source: ScoredPassage
    span: Span
    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(lexical_terms(self.text))

    @cached_property
    def header_terms(self) -> frozenset[str]:
        """What the sentence is about, where it does not say so itself: its title, headings and table header."""
        return frozenset(lexical_terms(self.source.passage.context))

    @property
    def in_context(self) -> str:
        """The sentence under its header, as it is embedded."""
        return f"{self.source.passage.context}\n{self.text}" if self.source.passage.context else self.text


@dataclass(frozen=True, slots=True)
class Evidence:
    """Source sentences in the order of their sources, and their vectors, centred, of shape (n, dimension)."""

    sentences: tuple[EvidenceSentence, ...]
    vectors: Vectors

    def closeness(self, vector: np.ndarray) -> np.ndarray:
        """Centred cosine of each sentence with a centred vector, shape (n,)."""
        closeness: np.ndarray = self.vectors @ vector
        return closeness


def split_sources(sources: Sequence[ScoredPassage]) -> list[EvidenceSentence]:
    """The sentences of the sources, each once, though passages overlap. A label goes with what it names: "Diagnosis:"
    says nothing, and neither does "Asthma" below it.
    """
    seen: set[tuple[str, Span]] = set()
    sentences = []
    for source in sources:
        for span in _with_labels(source.text, sentence_spans(source.text)):
            text = span.of(source.text)
            place = (source.passage.version_id, span.shifted(source.passage.span.start))
            if place not in seen and sum(map(str.isalnum, text)) >= LEAST_LETTERS:
                seen.add(place)
                sentences.append(EvidenceSentence(source, place[1], text))
    return sentences


def _with_labels(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    label: Span | None = None
    for span in spans:
        joined = Span(label.start, span.end) if label else span
        is_label = label is None and span.end - span.start <= LONGEST_LABEL and span.of(text).endswith((":", "："))
        label = span if is_label else None
        if not is_label:
            yield joined
    if label:
        yield label


def centred(sentences: Sequence[EvidenceSentence], vectors: Vectors, centres: Centres) -> Evidence:
    """Sentences with their raw passage vectors, freed of each language's mean."""
    rows = [
        centres.passage(vector[None, :], sentence.source.passage.language)[0]
        for sentence, vector in zip(sentences, vectors, strict=True)
    ]
    return Evidence(tuple(sentences), np.stack(rows) if rows else vectors)

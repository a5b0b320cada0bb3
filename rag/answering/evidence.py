"""The source sentences that an answer may rest on: the smallest spans worth citing, with vectors to compare by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rag.documents import ScoredPassage, Span
from rag.models.embedding import Vectors
from rag.retrieval.centres import Centres
from rag.text.quantities import QuantityKind, quantities
from rag.text.sentences import sentence_spans
from rag.text.terms import lexical_terms
from rag.text.years import last_year, leaves_year_open

LEAST_LETTERS = 2
"""A span with fewer letters and digits - a bullet, a rule - proves nothing."""
_GAP_CHARACTERS = 3
"""White space between two sentences that stand beside one another."""
_NAMING = frozenset({QuantityKind.DATE, QuantityKind.ORDINAL, QuantityKind.CODE})
CELLS = " | "
"""What the cells of a row are written between."""
LONGEST_LABEL = 40
"""Characters of a line that ends in a colon and names what stands below it, as in forms and records."""


@dataclass(frozen=True)
class EvidenceSentence:
    """A sentence, list item or table row of a source; `span` lies in the text of the source's version."""

    source: ScoredPassage
    span: Span
    text: str
    columns: str = ""
    """The first row of the table whose row it is, below the line that names the table, where they stand in the same
    passage.
    """
    dated_by: EvidenceSentence | None = None
    """The sentence before it that tells the year of its dates, where it leaves that open."""

    @property
    def header(self) -> str:
        """What it stands under: title and headings, and the names of its columns."""
        context = self.source.passage.context
        return f"{context}\n{self.columns}" if context and self.columns else context or self.columns

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(lexical_terms(self.text))

    @cached_property
    def header_terms(self) -> frozenset[str]:
        """What the sentence is about, where it does not say so itself: its title, headings and table header."""
        return frozenset(lexical_terms(self.header))

    @cached_property
    def dated(self) -> str:
        """The text, after the year of its dates where it leaves that open and another place tells it."""
        if self.dated_by:
            year = last_year(self.dated_by.text)
        else:
            year = last_year(self.header) if leaves_year_open(self.text) else None
        return f"{year}年\n{self.text}" if year else self.text

    @property
    def in_context(self) -> str:
        """The sentence under its header, as it is embedded."""
        return f"{self.header}\n{self.text}" if self.header else self.text


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
                sentences.append(EvidenceSentence(source, place[1], text, _columns(source.text, span)))
    return _dated(sentences)


def _columns(passage: str, row: Span) -> str:
    """The first row of the table that a row of a passage belongs to; nothing for that row itself, or for prose.

    A table that goes on from another passage has it in its header.
    """
    lines = [*passage[: row.start].split("\n")[:-1], passage[row.start : row.end].split("\n")[0]]
    first = len(lines)
    while first and CELLS in lines[first - 1]:
        first -= 1
    if first >= len(lines) - 1 or not _names_columns(lines[first]):
        return ""
    above = [line for line in lines[:first] if line.strip()][-1:]
    return "\n".join([*filter(_names_a_table, above), lines[first]])


def _names_a_table(line: str) -> bool:
    """Whether the last line above a table is its name, and no sentence."""
    return len(line) <= LONGEST_LABEL and not line.endswith((".", "。", ";", "；", "!", "！", "?", "？"))


def _names_columns(row: str) -> bool:
    """Whether a row has no amounts of its own, which would pass for those of the rows below; years and quarters may
    name columns.
    """
    told = quantities(row)
    return all(one.kind in _NAMING or (one.kind is QuantityKind.NUMBER and 1900 <= one.value < 2100) for one in told)


def _dated(sentences: Sequence[EvidenceSentence]) -> list[EvidenceSentence]:
    """The sentences in their order, those that leave a year open with the one before them that tells it.

    Only as long as the text between is here too: another year may have been told in a gap.
    """
    order = sorted(range(len(sentences)), key=lambda n: (sentences[n].source.passage.version_id, sentences[n].span))
    linked = list(sentences)
    telling: EvidenceSentence | None = None
    for before, n in zip([None, *order], order, strict=False):
        sentence = sentences[n]
        if before is None or not goes_on(sentences[before], sentence):
            telling = None
        if telling and leaves_year_open(sentence.text):
            linked[n] = replace(sentence, dated_by=telling)
        if last_year(sentence.text):
            telling = sentence
    return linked


def goes_on(sentence: EvidenceSentence, following: EvidenceSentence) -> bool:
    """Whether a sentence of a document's text follows another with nothing but white space between them."""
    is_one_text = sentence.source.passage.version_id == following.source.passage.version_id
    return is_one_text and 0 <= following.span.start - sentence.span.end <= _GAP_CHARACTERS


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

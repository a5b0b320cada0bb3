"""The year of a date that its sentence leaves open, where it is told in text of the document that was not found.

"In March, the company bought …" stands pages below "In 2018, the following took place." Where the text between was
found too, the sentences themselves show it (`evidence.split_sources`); else it is looked up in the stored text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from rag.answering.evidence import EvidenceSentence
from rag.documents import Span
from rag.text.sentences import sentence_spans
from rag.text.years import last_year, leaves_year_open

ReadText = Callable[[str], Awaitable[str]]
"""The stored text of a version."""

_WINDOW: Final = 2_000
_FURTHEST: Final = 8_000
"""Characters before a sentence in which its year is looked for; further up it would be a guess."""


async def dated(sentences: Sequence[EvidenceSentence], read: ReadText) -> list[EvidenceSentence]:
    """The sentences, those that leave a year open with the one that tells it, as far as their documents have one."""
    return [await _dated(sentence, read) if _is_open(sentence) else sentence for sentence in sentences]


def _is_open(sentence: EvidenceSentence) -> bool:
    return sentence.dated_by is None and leaves_year_open(sentence.text) and last_year(sentence.header) is None


async def _dated(sentence: EvidenceSentence, read: ReadText) -> EvidenceSentence:
    text = await read(sentence.source.passage.version_id)
    span = _year_before(text, sentence.span.start)
    return replace(sentence, dated_by=_sentence_at(span, text, sentence)) if span else sentence


def _sentence_at(span: Span, text: str, beside: EvidenceSentence) -> EvidenceSentence:
    """A sentence of the same document as `beside`, as a source of its own."""
    told = span.of(text)
    passage = replace(beside.source.passage, span=span)
    return EvidenceSentence(replace(beside.source, passage=passage, text=told), span, told)


def _year_before(text: str, place: int) -> Span | None:
    """The sentence that tells a year last before a place in a text."""
    end = place
    while end > max(0, place - _FURTHEST):
        start = max(0, end - _WINDOW)
        window = text[start:end]
        spans = sentence_spans(window)
        if start and len(spans) > 1:
            # The first may be cut: it is whole in the next window.
            start += spans.pop(0).end
        for span in reversed(spans):
            if last_year(span.of(window)) is not None:
                return Span(end - len(window) + span.start, end - len(window) + span.end)
        end = start
    return None

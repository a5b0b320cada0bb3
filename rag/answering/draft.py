"""An answer while it is put together: its text with marks, its sentences and its numbered citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.answering.conversation.numbering import Numbering
from rag.answering.events import SentenceChecked
from rag.answering.verification import Verdict
from rag.citations import Citation, SentenceSupport
from rag.documents import Span

_CLOSING = re.compile(r"[.!?。！？…;；:：]*$")
"""What marks stand before. They follow a quote or an aside that ends the sentence: within, they would be part of it."""
_FULL_WIDTH_END = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]$")


@dataclass
class Draft:
    """New places are numbered in reading order, and one place has one number, however many sentences rest on it."""

    numbering: Numbering = field(default_factory=Numbering)
    text: str = ""
    sentences: list[SentenceSupport] = field(default_factory=list)
    dropped: list[SentenceSupport] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def keep(self, sentence: str, verdict: Verdict, places: Sequence[Citation], *, new_line: bool) -> SentenceChecked:
        """Append a sentence with the marks of the places that it rests on (whose own markers are not looked at)."""
        known = len(self.citations)
        markers = tuple(dict.fromkeys(self._marker(place) for place in places))
        if self.text:
            self.text += "\n" if new_line else _gap(self.text)
        start = len(self.text)
        self.text += _marked(sentence, markers)
        span = Span(start, len(self.text))
        support = SentenceSupport(span, sentence, verdict.status, markers, verdict.checks, verdict.score)
        self.sentences.append(support)
        return SentenceChecked(support, tuple(self.citations[known:]), held_back=False)

    def drop(self, sentence: str, verdict: Verdict) -> SentenceChecked:
        """Note a sentence that the reader is not shown as part of the answer."""
        support = SentenceSupport(Span(0, 0), sentence, verdict.status, (), verdict.checks, verdict.score)
        self.dropped.append(support)
        return SentenceChecked(support, (), held_back=True)

    def _marker(self, place: Citation) -> int:
        for citation in self.citations:
            if (citation.version_id, citation.span) == (place.version_id, place.span):
                return citation.marker
        marker = self.numbering.of(place)
        self.citations.append(replace(place, marker=marker))
        return marker


def _marked(sentence: str, markers: Sequence[int]) -> str:
    """A sentence with its marks before the closing punctuation: `… in 2021 [1].`, `……成立[1]。`."""
    if not markers:
        return sentence
    closing = _CLOSING.search(sentence)
    end = closing.start() if closing else len(sentence)
    marks = "".join(f"[{marker}]" for marker in markers)
    gap = "" if _FULL_WIDTH_END.search(sentence[:end]) else " "
    return f"{sentence[:end]}{gap}{marks}{sentence[end:]}"


def _gap(text: str) -> str:
    return "" if _FULL_WIDTH_END.search(text) else " "

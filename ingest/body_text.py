"""What a document says, without what its pages repeat around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from rag.documents import ElementKind, ParsedDocument, Span


class BodyText:
    """A document's text outside of furniture, in stretches that furniture parts."""

    def __init__(self, document: ParsedDocument) -> None:
        self._text = document.text
        self._furniture = [one.span for one in document.elements if one.kind is ElementKind.FURNITURE]
        self._starts = [span.start for span in self._furniture]
        self._ends = [span.end for span in self._furniture]

    @property
    def whole(self) -> str:
        return self.of(Span(0, len(self._text)))

    def of(self, span: Span) -> str:
        return "\n".join(stretch.of(self._text) for stretch in self.stretches(span))

    def stretches(self, span: Span) -> Iterator[Span]:
        """The parts of a span that hold more than white space."""
        first, last = bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)
        start = span.start
        for furniture in [*self._furniture[first:last], Span(span.end, span.end)]:
            if self._text[start : furniture.start].strip():
                yield Span(start, furniture.start)
            start = furniture.end

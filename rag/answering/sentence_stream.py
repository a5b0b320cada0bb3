"""Sentences out of text that arrives in pieces."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.text.sentences import sentence_spans

_MARK = re.compile(r"\s*\[\s*(?:\d{1,3}\s*[,，、]?\s*)+\]")
"""A mark that the model wrote unasked: its numbers mean nothing to us."""


class WrittenSentence(NamedTuple):
    text: str
    new_line: bool
    """Whether it began a line of its own, as list items do."""


class SentenceStream:
    """Feed it pieces; it gives each sentence once the next one has begun, and the last at the end."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, piece: str) -> list[WrittenSentence]:
        self._text += piece
        # The last sentence may still grow: "3." may become "3.5", and a closing quote belongs to what it closes.
        return self._take(keep_last=True)

    def finish(self) -> list[WrittenSentence]:
        return self._take(keep_last=False)

    def _take(self, *, keep_last: bool) -> list[WrittenSentence]:
        tail = self._text[self._given :]
        spans = sentence_spans(tail)
        if keep_last:
            spans = spans[:-1]
        sentences, base = [], self._given
        for span in spans:
            sentences.append(WrittenSentence(span.of(tail), "\n" in self._text[self._given : base + span.start]))
            self._given = base + span.end
        cleaned = [WrittenSentence(_MARK.sub("", text).strip(), new_line) for text, new_line in sentences]
        return [sentence for sentence in cleaned if any(map(str.isalnum, sentence.text))]

"""Sentences out of text that arrives in pieces."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.documents import Span
from rag.text.scripts import HAN, KANA
from rag.text.sentences import sentence_spans

_MARK = re.compile(
    r"\s*(?:\[\s*(?:sources?|资料)?\s*\d{1,3}(?:[\s,，、]+\d{1,3})*\s*\]|【\s*(?:资料)?\s*\d{1,3}\s*】)", re.IGNORECASE
)
"""A mark that the model wrote unasked: its numbers mean nothing to us."""

_REFERENCE = re.compile(
    r"\A\s*(?:(?:根据|依据|按照|据)\s?资料\s?\d{1,3}\s?[，,]|according\ to\ (?:the\ )?sources?\ \d{1,3}\s?,)\s*",
    re.IGNORECASE | re.VERBOSE,
)
"""How a sentence begins that names a source of the prompt by its number, though it is asked not to."""

_WHOLE_WORD = re.compile(rf"\s*\n|\s*\S+\s|\s*[{HAN}{KANA}]")
"""What must follow a sentence for its end to be sure. With the next word, "Inc. A" may become "Inc. Apollo", which goes
on, and " [" the mark [1], which belongs to what stands before it."""


class WrittenSentence(NamedTuple):
    text: str
    new_line: bool
    """Whether it began a line of its own, as list items do."""


class SentenceStream:
    """Feed it pieces; it gives each sentence once the next word is whole, and the rest at the end.

    However the text is cut into pieces, the sentences are those of the whole.
    """

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def feed(self, piece: str) -> list[WrittenSentence]:
        self._text += piece
        return self._take(is_whole=False)

    def finish(self) -> list[WrittenSentence]:
        return self._take(is_whole=True)

    def _take(self, *, is_whole: bool) -> list[WrittenSentence]:
        taken = []
        # Spans are those of the whole text, not of what is left: a clause is cut off by the length of its sentence.
        for span in sentence_spans(self._text):
            if span.start < self._given:
                continue
            if not is_whole and not _WHOLE_WORD.match(self._text, span.end):
                break
            taken.append(self._written(span))
            self._given = span.end
        return [sentence for sentence in taken if any(map(str.isalnum, sentence.text))]

    def _written(self, span: Span) -> WrittenSentence:
        new_line = "\n" in self._text[self._given : span.start]
        text = _MARK.sub("", span.of(self._text)).strip()
        return WrittenSentence(_capitalised(_REFERENCE.sub("", text), text), new_line)


def _capitalised(text: str, whole: str) -> str:
    """What is left of a sentence without its beginning, begun as the whole was."""
    return text if text == whole else text[:1].upper() + text[1:]

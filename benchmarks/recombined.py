"""Documents and questions without end whose words are as frequent and as rare as in language.

Made of the sentences of the sample documents: each sentence of a document is one of theirs, in which half of the words
are exchanged for made-up ones. These follow Zipf's law over `VOCABULARY` words, so that some are in a tenth of the
passages and most in a handful, and lexical search meets long and short postings as in a true corpus. What a document
says means nothing: this is for measuring time and memory, never quality.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from random import Random

from benchmarks.corpus import CorpusLanguage, MadeUpDocument
from benchmarks.startup import REPOSITORY
from ingest.parsing.records import ParseLimits
from ingest.parsing.sandbox import ParserPool
from rag.settings import Settings
from rag.text.language import detect_language
from rag.text.sentences import sentence_spans

VOCABULARY = 50_000
"""Made-up words of each language: as many as some 100,000 passages of news or of manuals have that are not names."""

_SAMPLES = REPOSITORY / "samples" / "documents"
_SHORTEST, _LONGEST = 20, 300
_EXCHANGED = 0.5
_SECTIONS, _SENTENCES = 150, 7  # some 350 passages of the default length: a manual, or a contract with annexes
_HAN_FROM, _HAN, _SCATTER = 0x4E00, 6000, 3571  # common characters lie all over the block
_WORD: Mapping[CorpusLanguage, re.Pattern[str]] = {"en": re.compile(r"\b[a-z]{4,}\b"), "zh": re.compile(r"[一-鿿]{2}")}
_ASKED_CHARACTERS: Mapping[CorpusLanguage, int] = {"en": 80, "zh": 24}
_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "st")]


class Recombined:
    """Documents and questions of two languages, the same for the same seed and samples."""

    def __init__(self, sentences: Mapping[CorpusLanguage, Sequence[str]]) -> None:
        self._sentences = sentences

    def documents(self, seed: int = 0, start: int = 0) -> Iterator[MadeUpDocument]:
        """Without end, from number `start`, English and Chinese in turn. No two have the same text."""
        for number in count(start):
            random = Random(f"recombined {seed} {number}")
            language: CorpusLanguage = "zh" if number % 2 else "en"
            sections = "\n\n".join(self._section(random, language) for _ in range(_SECTIONS))
            yield MadeUpDocument(f"text-{seed}-{number:06}.md", f"# {self._title(random, language)}\n\n{sections}\n")

    def questions(self, seed: int = 0) -> Iterator[str]:
        """Without end, English and Chinese in turn: sentences like those of the documents, at a question's length."""
        for number in count():
            random = Random(f"asked {seed} {number}")
            language: CorpusLanguage = "zh" if number % 2 else "en"
            yield self._sentence(random, language)[: _ASKED_CHARACTERS[language]]

    def _section(self, random: Random, language: CorpusLanguage) -> str:
        joint = " " if language == "en" else ""
        body = joint.join(self._sentence(random, language) for _ in range(_SENTENCES))
        return f"## {self._title(random, language)}\n\n{body}"

    def _title(self, random: Random, language: CorpusLanguage) -> str:
        words = [_made_up(_rank(random), language) for _ in range(3)]
        return (" " if language == "en" else "").join(words)

    def _sentence(self, random: Random, language: CorpusLanguage) -> str:
        def exchanged(match: re.Match[str]) -> str:
            return _made_up(_rank(random), language) if random.random() < _EXCHANGED else match[0]

        return _WORD[language].sub(exchanged, random.choice(self._sentences[language]))


def recombined(settings: Settings) -> Recombined:
    """Made of the sample documents, read as ingestion reads them."""
    found: dict[CorpusLanguage, list[str]] = {"en": [], "zh": []}
    for text in asyncio.run(_sample_texts(settings)):
        for span in sentence_spans(text):
            sentence = " ".join(span.of(text).split())
            if _SHORTEST <= len(sentence) <= _LONGEST and "|" not in sentence:  # no rows of tables
                found["zh" if detect_language(sentence, default="en") == "zh" else "en"].append(sentence)
    return Recombined(found)


async def _sample_texts(settings: Settings) -> list[str]:
    async with ParserPool(ParseLimits.of(settings.ingest)) as parsers:
        return [(await parsers.parse(path, path.name)).document.text for path in sorted(_SAMPLES.iterdir())]


def _rank(random: Random) -> int:
    """A word's rank by Zipf's law: as often as its inverse."""
    return int(VOCABULARY ** random.random())


@lru_cache(VOCABULARY * 2)
def _made_up(rank: int, language: CorpusLanguage) -> str:
    random = Random(f"word {language} {rank}")
    if language == "zh":
        return "".join(chr(_HAN_FROM + int(_HAN ** random.random()) * _SCATTER % _HAN) for _ in range(2))
    return "".join(random.choice(_SYLLABLES) for _ in range(random.choice((2, 3, 3, 4))))

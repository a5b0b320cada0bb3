"""The order of what is shown: each passage for its score and for the question's words that those before it lack.

The best by score alone are often many about one half of a question. The best of all stays first, and languages keep
their places in the list, since a passage in the other language shares no words with the question however well it
answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.documents import Language, ScoredPassage
from rag.retrieval.question_words import Coverage, words_held

WORDS_WEIGHT = 0.2
"""What a passage is worth that covers all of the words alone, in units of retrieval's scores. Measured in
docs/retrieval.md on two samples of dev; with 0.3 one of them finds less Chinese evidence in the first 1,000 words."""


def covering(question: str, passages: Sequence[ScoredPassage]) -> tuple[ScoredPassage, ...]:
    """The passages, given best first, in this order. Ranks count anew; scores stay, and `why` has what words added."""
    coverage = Coverage(words_held(question, passages))
    waiting: dict[Language, list[int]] = defaultdict(list)
    for n, passage in enumerate(passages):
        waiting[passage.passage.language].append(n)
    ordered = []
    for rank, place in enumerate(passages, start=1):
        of_language = waiting[place.passage.language]
        best = 0 if rank == 1 else max(of_language, key=lambda n: passages[n].score + WORDS_WEIGHT * coverage.gain(n))
        of_language.remove(best)
        ordered.append(_placed(passages[best], rank, WORDS_WEIGHT * coverage.gain(best)))
        coverage.take(best)
    return tuple(ordered)


def _placed(passage: ScoredPassage, rank: int, gain: float) -> ScoredPassage:
    why = {**passage.why, "words": round(gain, 4)} if gain > 0 else passage.why
    return replace(passage, rank=rank, why=why)

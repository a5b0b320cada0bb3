"""A summary of the document's own sentences: the most central one of each of its most central passages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.evidence import EvidenceSentence, centred, split_sources
from rag.answering.injection import is_instruction
from rag.answering.whole.centrality import most_central
from rag.answering.whole.reading import WholeDocument
from rag.documents import ElementKind, ScoredPassage
from rag.models.batching import EmbeddingBatcher

LEAST_TELLING = 12
"""Letters and digits that a sentence needs to say something by itself; Chinese says as much with half of them."""
_SPARE = 2
"""Times as many passages are looked at as sentences are wanted: some hold nothing but headings and rows."""


async def excerpts(document: WholeDocument, most: int, embedder: EmbeddingBatcher) -> list[EvidenceSentence]:
    """Up to `most` sentences, in reading order; their passages stand for the whole by the vectors in the index."""
    places = most_central(document.vectors, document.centre, most * _SPARE)
    sentences = [_telling(document.passages[place]) for place in places]
    flat = [sentence for of_passage in sentences for sentence in of_passage]
    vectors = await embedder.embed_passages([sentence.in_context for sentence in flat])
    evidence = centred(flat, vectors, document.centres)
    nearness = evidence.closeness(document.centre) if flat else np.empty(0)
    chosen: list[EvidenceSentence] = []
    start = 0
    for of_passage in sentences:
        if of_passage and len(chosen) < most:
            chosen.append(of_passage[int(nearness[start : start + len(of_passage)].argmax())])
        start += len(of_passage)
    return sorted(chosen, key=lambda sentence: sentence.span)


def _telling(passage: ScoredPassage) -> Sequence[EvidenceSentence]:
    """The sentences of a passage that say something; none of a passage of headings alone."""
    if set(passage.passage.kinds) == {ElementKind.TITLE}:
        return ()
    needed = LEAST_TELLING // 2 if passage.passage.language == "zh" else LEAST_TELLING
    heading = passage.passage.context.rsplit(" › ", 1)[-1]
    return [
        sentence
        for sentence in split_sources([passage])
        if sum(map(str.isalnum, sentence.text)) >= needed
        and sentence.text.strip() != heading
        and not is_instruction(sentence)
    ]

"""Where an evidence sentence was lost on its way to the answer, told from what each stage held of it.

parsing   it stands in no stored text of the gold documents
chunking  it stands in their text, and in none of their passages: it was cut apart
legs      neither leg had it near the front
dense     only the lexical leg had, and that was not enough
lexical   only the dense leg had, and that was not enough
fusion    both legs had, and the fused list did not
reranking the fused list had, and the reranker put it further back
packing   it was retrieved, and found no room in the prompt
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rag.evaluation.matching import count_words, first_words, holds

WORDS = 1000
"""The front of the list: what `ev_R@1000w` looks at. A leg had a sentence near the front if it stands within as many
passages as the fused list puts there."""
LEGS = ("dense", "lexical")
RERANK = "rerank"
"""What `why` tells of a passage that a reranker judged."""


class Stage(StrEnum):
    PARSING = "parsing"
    CHUNKING = "chunking"
    LEGS = "legs"
    DENSE = "dense"
    LEXICAL = "lexical"
    FUSION = "fusion"
    RERANKING = "reranking"
    PACKING = "packing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of a list longer than the one that is shown, with what each leg gave it, 0 where a leg had it not, and
    its score after fusion.
    """

    text: str
    why: Mapping[str, float]
    score: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stages held of one question. `texts` and `passages` are those of its gold documents, None if unknown;
    `packed` is None where nothing was packed.
    """

    shown: Sequence[str]
    candidates: Sequence[Candidate]
    texts: Sequence[str] | None = None
    passages: Sequence[str] | None = None
    packed: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class EvidenceTrace:
    """What became of one evidence sentence: the stage that lost it, if any, and its rank in each list that held it."""

    lost: Stage | None
    ranks: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"lost": self.lost.value if self.lost else None, "ranks": dict(self.ranks)}


def trace_evidence(sentence: str, seen: Seen) -> EvidenceTrace:
    ranks = dict(_ranks(sentence, seen))
    return EvidenceTrace(_lost(sentence, seen, ranks), ranks)


def _lost(sentence: str, seen: Seen, ranks: Mapping[str, int]) -> Stage | None:
    if holds(first_words(seen.shown, WORDS), sentence):
        is_packed = seen.packed is None or holds("\n".join(seen.packed), sentence)
        return None if is_packed else Stage.PACKING
    if seen.texts is not None and not any(holds(text, sentence) for text in seen.texts):
        return Stage.PARSING
    if seen.passages is not None and not any(holds(text, sentence) for text in seen.passages):
        return Stage.CHUNKING
    front = _front(seen.shown)
    if "reranked" in ranks and ranks["fused"] <= front:
        return Stage.RERANKING
    dense, lexical = (ranks.get(leg, front + 1) <= front for leg in LEGS)
    if dense and lexical:
        return Stage.FUSION
    return Stage.LEXICAL if dense else Stage.DENSE if lexical else Stage.LEGS


def _front(shown: Sequence[str]) -> int:
    """The passages that begin within the first words."""
    words, passages = 0, 0
    for text in shown:
        if words >= WORDS:
            break
        words += count_words(text)
        passages += 1
    return passages


def _ranks(sentence: str, seen: Seen) -> Iterator[tuple[str, int]]:
    """The first place of the sentence in the list of each leg, in the fused one and in the reranked one."""
    holding = [holds(candidate.text, sentence) for candidate in seen.candidates]
    for name, order in _orders(seen.candidates):
        rank = next((rank for rank, i in enumerate(order, start=1) if holding[i]), None)
        if rank is not None:
            yield name, rank


def _orders(candidates: Sequence[Candidate]) -> Iterator[tuple[str, list[int]]]:
    """Places in the given list, best first, as each list has them."""
    for leg in LEGS:
        scored = [(-candidate.why.get(leg, 0.0), i) for i, candidate in enumerate(candidates)]
        yield leg, [i for score, i in sorted(scored) if score != 0]
    yield "fused", sorted(range(len(candidates)), key=lambda i: -candidates[i].score)
    if any(RERANK in candidate.why for candidate in candidates):
        yield "reranked", list(range(len(candidates)))

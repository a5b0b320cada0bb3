"""Contradicting sources: how many planted contradictions are seen, and how often one is seen where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.figures import Figure, Run, at_most
from benchmarks.planted_conflicts import Pair, Statement, read_pairs
from rag.answering.disagreement import disagreement, needed_closeness
from rag.answering.evidence import Evidence, EvidenceSentence, centred
from rag.documents import Passage, ScoredPassage, Span
from rag.models.factory import make_embedder
from rag.retrieval.centres import estimate_centres


@dataclass(frozen=True, slots=True)
class Seen:
    pair: Pair
    is_conflict: bool


def measure(run: Run) -> Iterator[Figure]:
    """With `--quick` there is no embedder: every pair is taken to be close."""
    pairs = read_pairs()
    yield from figures(without_embedder(pairs) if run.quick else with_embedder(pairs, run))


def figures(seen: Sequence[Seen]) -> Iterator[Figure]:
    for half, of_half in (("tuned on", False), ("held out", True)):
        rows = [row for row in seen if row.pair.held_out is of_half]
        yield _found(half, rows)
        yield replace(_false(half, rows), bound=at_most(2))
    for direction in sorted({row.pair.direction for row in seen}):
        rows = [row for row in seen if row.pair.direction == direction]
        yield _found(direction, rows)
        yield _false(direction, rows)
    for kind in sorted({row.pair.kind for row in seen}):
        yield _found(kind, [row for row in seen if row.pair.kind == kind])


def _found(name: str, rows: Sequence[Seen]) -> Figure:
    planted = [row.is_conflict for row in rows if row.pair.relation == "contradicting"]
    return Figure(f"{name}: seen of {len(planted)} contradictions", _share(planted), "%")


def _false(name: str, rows: Sequence[Seen]) -> Figure:
    others = [row.is_conflict for row in rows if row.pair.relation != "contradicting"]
    return Figure(f"{name}: false alarms on {len(others)} other pairs", _share(others), "%")


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return 100 * sum(found) / len(found)


def without_embedder(pairs: Sequence[Pair]) -> list[Seen]:
    return [Seen(pair, disagreement(*_sentences(pair)) is not None) for pair in pairs]


def with_embedder(pairs: Sequence[Pair], run: Run) -> list[Seen]:
    embedder = make_embedder(run.settings.embedding, run.settings.models_dir)
    run.say("the embedder's centres")
    centres = estimate_centres(embedder)
    sentences = [sentence for pair in pairs for sentence in _sentences(pair)]
    texts = list(dict.fromkeys(sentence.text for sentence in sentences))
    run.say(f"{len(texts)} sentences")
    vectors = dict(zip(texts, embedder.embed_passages(texts), strict=True))
    evidence = centred(sentences, np.stack([vectors[sentence.text] for sentence in sentences]), centres)
    return [_seen(pair, evidence, 2 * place) for place, pair in enumerate(pairs)]


def _seen(pair: Pair, evidence: Evidence, place: int) -> Seen:
    one, other = evidence.sentences[place : place + 2]
    is_close = float(evidence.vectors[place] @ evidence.vectors[place + 1]) >= needed_closeness(one, other)
    return Seen(pair, is_close and disagreement(one, other) is not None)


def _sentences(pair: Pair) -> tuple[EvidenceSentence, EvidenceSentence]:
    return _sentence("one", pair.one), _sentence("other", pair.other)


def _sentence(document: str, statement: Statement) -> EvidenceSentence:
    span = Span(0, len(statement.text))
    passage = Passage(document, document, document, "planted", span, statement.title, statement.language)
    return EvidenceSentence(
        ScoredPassage(passage, statement.text, statement.title, document, 1.0, 1), span, statement.text
    )

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.evaluation.losses import Candidate, Seen, Stage, trace_evidence
from tests.rag.evaluation.rows import SENTENCE

LONG = "word " * 500
OTHER = "Our office is closed on Sundays and on public holidays."


def candidate(text: str, dense: float, lexical: float, **more: float) -> Candidate:
    return Candidate(text, {"dense": dense, "lexical": lexical} | more, dense + lexical)


def candidates(*scores: tuple[float, float], last: tuple[float, float]) -> list[Candidate]:
    """Others with their dense and lexical scores, and then the sentence's own passage."""
    return [*(candidate(LONG, *legs) for legs in scores), candidate(SENTENCE, *last)]


def lost(
    shown: Sequence[str],
    found: Sequence[Candidate] = (),
    texts: Sequence[str] | None = (SENTENCE,),
    passages: Sequence[str] | None = (SENTENCE,),
    packed: Sequence[str] | None = None,
) -> Stage | None:
    return trace_evidence(SENTENCE, Seen(shown, found, texts, passages, packed)).lost


def test_what_is_in_the_prompt_is_not_lost() -> None:
    assert lost([OTHER, SENTENCE]) is None
    assert lost([OTHER, SENTENCE], packed=[SENTENCE]) is None


def test_what_found_no_room_was_lost_by_packing() -> None:
    assert lost([OTHER, SENTENCE], packed=[OTHER]) is Stage.PACKING


def test_what_no_text_holds_was_lost_by_parsing() -> None:
    assert lost([LONG, LONG, SENTENCE], texts=[OTHER], passages=[OTHER]) is Stage.PARSING


def test_what_no_passage_holds_was_cut_apart() -> None:
    assert lost([LONG, LONG], passages=["The warranty lasts", "24 months from"]) is Stage.CHUNKING


@pytest.mark.parametrize(
    ("own", "stage"),
    [
        ((0.9, 0.9), Stage.FUSION),
        ((0.9, 0.0), Stage.LEXICAL),
        ((0.1, 0.9), Stage.DENSE),
        ((0.1, 0.0), Stage.LEGS),
    ],
)
def test_the_leg_that_had_it_not_near_the_front_lost_it(own: tuple[float, float], stage: Stage) -> None:
    # two passages of 500 words are the front
    found = candidates((0.8, 0.3), (0.7, 0.2), (0.6, 0.1), last=own)

    assert lost([LONG, LONG, SENTENCE], found) is stage


def test_a_reranker_loses_what_the_fused_list_had() -> None:
    first, second = candidate(LONG, 0.8, 0.3, rerank=0.9), candidate(LONG, 0.7, 0.2, rerank=0.8)
    own = candidate(SENTENCE, 0.9, 0.9, rerank=0.1)

    assert lost([LONG, LONG, SENTENCE], [first, second, own]) is Stage.RERANKING
    assert trace_evidence(SENTENCE, Seen([LONG], [first, second, own])).ranks == {
        "dense": 1, "lexical": 1, "fused": 1, "reranked": 3,
    }  # fmt: skip


def test_nothing_is_blamed_that_is_not_known() -> None:
    assert lost([LONG, LONG], texts=None, passages=None) is Stage.LEGS


def test_ranks_are_told_for_each_list_that_held_it() -> None:
    found = candidates((0.8, 0.3), (0.76, 0.0), last=(0.75, 0.0))

    trace = trace_evidence(SENTENCE, Seen([LONG], found))

    assert trace.to_json() == {"lost": "legs", "ranks": {"dense": 3, "fused": 3}}

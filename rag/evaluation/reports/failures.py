"""The questions that went wrong, and in what way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rag.evaluation.matching import holds
from rag.evaluation.measures import Measured

FOUND = "found"


class Trouble(StrEnum):
    """Worst first: what a reader would be misled by, before what a reader would miss."""

    ANSWERED = "answered"
    DANGLING = "dangling"
    REFUSED = "refused"
    UNATTRIBUTED = "unattributed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """An evidence sentence: the stage that lost it, `found`, or empty where no trace was kept; whether it was cited."""

    text: str
    stage: str
    ranks: Mapping[str, int]
    rank: int | None
    cited: bool


@dataclass(frozen=True, slots=True)
class Failure:
    measured: Measured
    troubles: tuple[Trouble, ...]
    evidence: tuple[EvidenceSeen, ...]

    @property
    def shown(self) -> Sequence[Mapping[str, str]]:
        retrieved: Sequence[Mapping[str, str]] = self.measured.row.get("retrieved") or []
        return retrieved


def failures_of(measured: Iterable[Measured]) -> list[Failure]:
    """The worst first, in the order of the questions among equals."""
    found = [Failure(one, troubles, _evidence(one)) for one in measured if (troubles := troubles_of(one))]
    order = list(Trouble)
    return sorted(found, key=lambda failure: (order.index(failure.troubles[0]), _evidence_found(failure.measured)))


def troubles_of(one: Measured) -> tuple[Trouble, ...]:
    values = one.values
    told = {
        Trouble.ANSWERED: values.get("refusal") == 0,
        Trouble.DANGLING: values.get("cite_dangling") == 1,
        Trouble.REFUSED: values.get("over_refusal") == 1,
        Trouble.UNATTRIBUTED: values.get("attributed") == 0,
        Trouble.MISSED: _evidence_found(one) < 1,
    }
    return tuple(trouble for trouble, is_so in told.items() if is_so)


def _evidence_found(one: Measured) -> float:
    """By words where evidence is known; by gold documents otherwise."""
    return one.values.get("ev_R@1000w", one.values.get("R@10", 1.0))


def _evidence(one: Measured) -> tuple[EvidenceSeen, ...]:
    traces: Sequence[Mapping[str, Any]] = one.row.get("trace") or []
    cited = [citation["text"] for citation in one.row.get("citations") or []]
    retrieved = [passage["text"] for passage in one.row.get("retrieved") or []]
    seen = []
    for i, sentence in enumerate(one.question.evidence):
        trace = traces[i] if i < len(traces) else None
        stage = "" if trace is None else str(trace["lost"] or FOUND)
        rank = next((rank for rank, text in enumerate(retrieved, start=1) if holds(text, sentence)), None)
        ranks = trace["ranks"] if trace else {}
        seen.append(EvidenceSeen(sentence, stage, ranks, rank, any(holds(text, sentence) for text in cited)))
    return tuple(seen)

"""How much evidence each stage lost, and how far each leg would have got by itself, from the traces of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rag.evaluation.groups import ALL
from rag.evaluation.losses import LEGS, Stage
from rag.evaluation.measures import Measured
from rag.evaluation.reports.charts import Bar
from rag.evaluation.reports.failures import FOUND

STAGES = (FOUND, *(stage.value for stage in Stage))
LISTS = (*LEGS, "fused", "reranked")
DEPTHS = (1, 5, 10, 20, 60)


@dataclass(frozen=True, slots=True)
class Losses:
    """`bars` are shares by stage for all and for each language; `counts` are of all sentences; `reach` is the share of
    them that each list holds among its first so many passages.
    """

    bars: Sequence[Bar]
    counts: Mapping[str, int]
    reach: Mapping[str, Sequence[float]]


def losses_of(measured: Iterable[Measured]) -> Losses | None:
    """None where no row was traced."""
    by_group: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for language, trace in _traces(measured):
        for group in (ALL, language):
            by_group[group].append(trace)
    if not by_group:
        return None
    bars = [_bar(group, traces) for group, traces in sorted(by_group.items())]
    everything = by_group[ALL]
    known = {name for trace in everything for name in trace["ranks"]}
    reach = {name: [_reach(name, depth, everything) for depth in DEPTHS] for name in LISTS if name in known}
    return Losses(bars, Counter(_stage(trace) for trace in everything), reach)


def _traces(measured: Iterable[Measured]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in measured:
        for trace in one.row.get("trace") or []:
            yield one.question.language or "-", trace


def _bar(group: str, traces: Sequence[Mapping[str, Any]]) -> Bar:
    counts = Counter(_stage(trace) for trace in traces)
    return Bar(group, {stage: count / len(traces) for stage, count in counts.items()}, len(traces))


def _stage(trace: Mapping[str, Any]) -> str:
    return str(trace["lost"] or FOUND)


def _reach(name: str, depth: int, traces: Sequence[Mapping[str, Any]]) -> float:
    return fmean(trace["ranks"].get(name, depth + 1) <= depth for trace in traces)

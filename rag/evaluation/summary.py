"""Means of many questions, in groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.evaluation.grouping import Grouping
from rag.evaluation.groups import ALL, evidence_language, groups_of
from rag.evaluation.intervals import Estimate, estimate
from rag.evaluation.measures import MEASURES, Measured


@dataclass(frozen=True, slots=True)
class Summary:
    """Estimates by group, then by measure; `groups` are in the order in which they are shown."""

    groups: tuple[str, ...]
    estimates: Mapping[str, Mapping[str, Estimate]]
    measures: tuple[str, ...]

    def of(self, group: str, measure: str) -> Estimate | None:
        return self.estimates[group].get(measure)


def crosses_languages(measured: Iterable[Measured]) -> bool:
    """Whether some evidence is in another language than its question: else directions only repeat the languages."""
    found = ((one.question.language, evidence_language(one.question, one.row)) for one in measured)
    return any(evidence and evidence != language for language, evidence in found)


def summarise(measured: Iterable[Measured], groupings: Sequence[Grouping]) -> Summary:
    """All questions together, then each group of each grouping."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    grouped: dict[Grouping, set[str]] = {grouping: set() for grouping in groupings}
    for one in measured:
        mine = [(grouping, name) for grouping, name in groups_of(one.question, one.row) if grouping in grouped]
        for grouping, name in mine:
            grouped[grouping].add(name)
        for group in (ALL, *dict.fromkeys(name for _, name in mine)):
            for measure, value in one.values.items():
                values[group][measure].append(value)
    estimates = {
        group: {measure: estimate(found) for measure, found in measures.items()} for group, measures in values.items()
    }
    names = [ALL, *(name for grouping in groupings for name in sorted(grouped[grouping]))]
    groups = tuple(name for name in dict.fromkeys(names) if name in estimates)
    return Summary(groups, estimates, _in_order(values))


def _in_order(values: Mapping[str, Mapping[str, object]]) -> tuple[str, ...]:
    found = values.get(ALL, {})
    return tuple(dict.fromkeys([*(name for name in MEASURES if name in found), *found]))

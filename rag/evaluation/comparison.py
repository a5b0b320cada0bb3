"""Two systems on the same questions: what got better, what got worse, and which questions turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.evaluation.groups import ALL, groups_of
from rag.evaluation.intervals import Estimate, estimate
from rag.evaluation.measures import LOWER_IS_BETTER, Measured
from rag.evaluation.significance import two_sided_p, worse_p

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose value changed, from the first system's to the second's."""

    question: str
    query: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """One measure under both systems. `difference` is second minus first; `p` is two-sided, `worse_p` one-sided."""

    measure: str
    first: float
    second: float
    difference: Estimate
    p: float
    worse_p: float
    better: tuple[Flip, ...]
    worse: tuple[Flip, ...]

    @property
    def is_significant(self) -> bool:
        return self.p < ALPHA

    @property
    def is_gain(self) -> bool:
        return self.difference.mean * sign(self.measure) > 0


def sign(measure: str) -> int:
    """1 where more is better, -1 where less is."""
    return -1 if measure in LOWER_IS_BETTER else 1


def compare(
    first: Sequence[Measured], second: Sequence[Measured], *, group: str = ALL, margin: float = 0.0
) -> dict[str, Change]:
    """The measures that apply to some question in both, over the questions of the group that both have."""
    others = {one.question.id: one for one in second}
    pairs = [(one, others[one.question.id]) for one in first if one.question.id in others and _is_in(one, group)]
    names = dict.fromkeys(name for before, after in pairs for name in before.values if name in after.values)
    return {name: _change(name, pairs, margin) for name in names}


def _is_in(one: Measured, group: str) -> bool:
    return group == ALL or group in {name for _, name in groups_of(one.question, one.row)}


def _change(name: str, pairs: Sequence[tuple[Measured, Measured]], margin: float) -> Change:
    paired = [(before, after) for before, after in pairs if name in before.values and name in after.values]
    values = [(before.values[name], after.values[name]) for before, after in paired]
    gains = [sign(name) * (after - before) for before, after in values]
    flips = [
        (gain, Flip(one.question.id, one.question.query, before, after))
        for gain, (one, _), (before, after) in zip(gains, paired, values, strict=True)
    ]
    return Change(
        measure=name,
        first=_mean([before for before, _ in values]),
        second=_mean([after for _, after in values]),
        difference=estimate([after - before for before, after in values]),
        p=two_sided_p(gains),
        worse_p=worse_p(gains, margin),
        better=_largest(flips, 1),
        worse=_largest(flips, -1),
    )


def _largest(flips: Sequence[tuple[float, Flip]], way: int) -> tuple[Flip, ...]:
    """The questions that changed this way, most changed first."""
    turned = [(gain, flip) for gain, flip in flips if gain * way > 0]
    return tuple(flip for _, flip in sorted(turned, key=lambda one: -abs(one[0])))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def gains(changes: Mapping[str, Change]) -> list[Change]:
    """Significant changes first, the best gain at the top."""
    return sorted(changes.values(), key=lambda c: (not c.is_significant, -c.difference.mean * sign(c.measure)))

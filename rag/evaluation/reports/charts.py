"""Plots as inline SVG. Colours come from the page's classes, so that they follow its light and dark sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.evaluation.intervals import Estimate

_WIDTH = 720
_LABEL = 240
_ROW = 26
_WRITTEN_FROM = 0.05
_SERIES = 6
"""Colours that the style sheet has; further series begin anew."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve over x: each point an estimate of a share."""

    name: str
    points: Sequence[tuple[float, Estimate]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole cut into named parts; `count` is what 100 % are."""

    name: str
    parts: Mapping[str, float]
    count: int


def interval_plot(rows: Sequence[tuple[str, Estimate]], title: str) -> Markup:
    """A dot for each mean on a scale from 0 to 100 %, a line for its interval, the number of questions at the end."""
    height = _ROW * len(rows) + 30
    scale = _Scale(_LABEL, _WIDTH - 120)
    drawn = [_interval(name, found, scale, 14 + _ROW * i) for i, (name, found) in enumerate(rows)]
    return _svg(height, title, [_percent_axis(scale, height - 22), *drawn])


def line_plot(lines: Sequence[Line], title: str, x_label: str) -> Markup:
    """Curves with their intervals as bands; y from 0 to 100 %, x from 0 to the last point."""
    height, bottom, left, right = 300, 250, 48, _WIDTH - 130
    values = sorted({x for line in lines for x, _ in line.points})
    across, up = _Scale(left, right, values[-1]), _Scale(bottom, 16)
    ends = _apart([up(line.points[-1][1].mean) for line in lines])
    drawn = [
        _curve(line, f"series-{i % _SERIES}", across, up) + _end(line, f"series-{i % _SERIES}", right + 10, ends[i])
        for i, line in enumerate(lines)
    ]
    return _svg(height, title, [_grid(left, right, up), _x_axis(across, values, bottom, x_label), *drawn])


def stacked_bars(bars: Sequence[Bar], title: str, order: Sequence[str], names: Mapping[str, str]) -> Markup:
    """One bar for each group, cut in this order; shares of 5 % and more are written into their part. Parts are called
    by their `names` where a pointer rests on them.
    """
    height = (_ROW + 8) * len(bars) + 30
    scale = _Scale(_LABEL, _WIDTH - 70)
    drawn = [_bar(bar, scale, 4 + (_ROW + 8) * i, order, names) for i, bar in enumerate(bars)]
    return _svg(height, title, [_percent_axis(scale, height - 22), *drawn])


class _Scale:
    """From 0 … `top` to pixels from `start` to `end`."""

    def __init__(self, start: float, end: float, top: float = 1.0) -> None:
        self.start, self.end, self._top = start, end, top

    def __call__(self, value: float) -> float:
        return self.start + (self.end - self.start) * value / self._top


def _interval(name: str, found: Estimate, scale: _Scale, y: float) -> Markup:
    drawn = _label(name, y + 4)
    drawn += Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{y}" y2="{y}" class="whisker"/>').format(
        scale(found.low), scale(found.high), y=y
    )
    drawn += Markup('<circle cx="{:.1f}" cy="{}" r="5" class="dot"/>').format(scale(found.mean), y)
    value = Markup('<text x="{}" y="{}" class="value">{:.1f} <tspan class="quiet">n {}</tspan></text>')
    return drawn + value.format(_WIDTH - 104, y + 4, 100 * found.mean, found.questions)


def _curve(line: Line, colour: str, across: _Scale, up: _Scale) -> Markup:
    upper = [(across(x), up(found.high)) for x, found in line.points]
    lower = [(across(x), up(found.low)) for x, found in reversed(line.points)]
    means = [(across(x), up(found.mean)) for x, found in line.points]
    drawn = Markup('<polygon points="{}" class="band {}"/>').format(_points([*upper, *lower]), colour)
    drawn += Markup('<polyline points="{}" class="curve {}"/>').format(_points(means), colour)
    point = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" class="{}"><title>{}: {:,.0f} → {:.1f} %</title></circle>')
    for (x, y), (at, found) in zip(means, line.points, strict=True):
        drawn += point.format(x, y, colour, line.name, at, 100 * found.mean)
    return drawn


def _end(line: Line, colour: str, x: float, y: float) -> Markup:
    """The curve's name and last value, beside its end."""
    text = Markup('<text x="{}" y="{:.1f}" class="end {}">{} {:.1f}</text>')
    return text.format(x, y + 4, colour, line.name, 100 * line.points[-1][1].mean)


def _bar(bar: Bar, scale: _Scale, y: float, order: Sequence[str], names: Mapping[str, str]) -> Markup:
    drawn, at = _label(bar.name, y + 18), 0.0
    for part in order:
        share = bar.parts.get(part, 0.0)
        if share:
            drawn += _part(part, names[part], (scale(at), scale(at + share)), y, share)
            at += share
    return drawn + Markup('<text x="{}" y="{}" class="quiet">n {}</text>').format(_WIDTH - 58, y + 18, bar.count)


def _part(part: str, name: str, ends: tuple[float, float], y: float, share: float) -> Markup:
    left, right = ends
    drawn = Markup(
        '<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" class="stage-{}"><title>{} {:.1f} %</title></rect>'
    ).format(left, y, max(0.5, right - left - 1), _ROW, part, name, 100 * share)
    if share < _WRITTEN_FROM:
        return drawn
    inside = Markup('<text x="{:.1f}" y="{}" class="inside" text-anchor="middle">{:.0f}</text>')
    return drawn + inside.format((left + right) / 2, y + 17, 100 * share)


def _label(name: str, y: float) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_LABEL - 12, y, _clipped(name))


def _percent_axis(scale: _Scale, bottom: float) -> Markup:
    ticks = (
        Markup(
            '<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}" class="grid"/>'
            '<text x="{x:.1f}" y="{text}" class="quiet" text-anchor="middle">{percent}</text>'
        ).format(x=scale(share), bottom=bottom, text=bottom + 16, percent=f"{100 * share:.0f}")
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return Markup("").join(ticks)


def _grid(left: float, right: float, up: _Scale) -> Markup:
    ticks = (
        Markup(
            '<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
            '<text x="{text}" y="{base:.1f}" class="quiet" text-anchor="end">{percent}</text>'
        ).format(left=left, right=right, y=up(share), text=left - 8, base=up(share) + 4, percent=f"{100 * share:.0f}")
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return Markup("").join(ticks)


def _x_axis(across: _Scale, values: Sequence[float], bottom: float, label: str) -> Markup:
    ticks = (
        Markup('<text x="{:.1f}" y="{}" class="quiet" text-anchor="middle">{:,.0f}</text>').format(
            across(value), bottom + 18, value
        )
        for value in values
    )
    title = Markup('<text x="{}" y="{}" class="quiet" text-anchor="middle">{}</text>')
    return Markup("").join(ticks) + title.format((across.start + across.end) / 2, bottom + 42, label)


def _apart(heights: Sequence[float], least: float = 15) -> list[float]:
    """Labels at these heights, moved so that none lies upon another."""
    placed: dict[int, float] = {}
    for i in sorted(range(len(heights)), key=lambda i: heights[i]):
        placed[i] = max([heights[i], *(y + least for y in placed.values())]) if placed else heights[i]
    return [placed[i] for i in range(len(heights))]


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _clipped(name: str, most: int = 30) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _svg(height: float, title: str, parts: Sequence[Markup]) -> Markup:
    opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="plot">')
    return opening.format(_WIDTH, height, title) + Markup("").join(parts) + Markup("</svg>")

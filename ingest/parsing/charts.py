"""Charts in slides: their titles and the numbers that they are drawn from, as tables (ECMA-376 part 1, 21.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_MOST_POINTS = 2_000
"""Points of a series that are read: charts of more are drawn from measurements that nobody reads as a table."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`rows` begins with the names of the series; the first cell of each further row is the category."""

    title: str
    rows: list[list[str]]


def charts_of_slides(path: Path) -> dict[int, list[Chart]]:
    """By the slide's number, from 1; charts within groups included."""
    from pptx import Presentation

    slides = enumerate(Presentation(str(path)).slides, 1)
    return {number: [_chart(found) for found in _spaces(slide.shapes)] for number, slide in slides}


def _spaces(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if getattr(shape, "has_chart", False):
            yield shape.chart._chartSpace
        elif hasattr(shape, "shapes"):
            yield from _spaces(shape.shapes)


def _chart(space: Any) -> Chart:
    title = space.find(f"{_CHART}chart/{_CHART}title")
    words = "" if title is None else "".join(run.text or "" for run in title.iter(_TEXT))
    series = list(space.iter(f"{_CHART}ser"))
    columns = [_points(one, "val") or _points(one, "yVal") for one in series]
    categories = next((found for one in series if (found := _points(one, "cat") or _points(one, "xVal"))), {})
    names = [next(iter(_points(one, "tx").values()), "") for one in series]
    places = sorted(set(categories).union(*columns))
    rows = [[categories.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
    return Chart(words, [["", *names], *rows] if rows else [])


def _points(series: Any, part: str) -> dict[int, str]:
    """The cached values of a part of a series by their index; those of several levels are joined."""
    found: dict[int, str] = {}
    for point in series.iterfind(f"{_CHART}{part}//{_CHART}pt"):
        place, value = int(point.get("idx", "0")), point.findtext(f"{_CHART}v") or ""
        if place < _MOST_POINTS:
            found[place] = f"{value} {found[place]}" if place in found else value
    return found

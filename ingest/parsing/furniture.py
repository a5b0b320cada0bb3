"""Headers, footers and page numbers: lines that come again at the edge of page after page and say nothing there.

Nothing is known about their words. A line is furniture when it comes again at the same height with the same words, or
with the same words around a number that counts the pages.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.parsing.layout import body_size
from ingest.parsing.line import Line
from ingest.parsing.page_lines import PageLines

_EDGE = 0.12
"""Share of the page's height above and below which furniture is looked for: an inch and a quarter on A4."""

_SAME_HEIGHT = 0.015
_FEWEST, _ENOUGH = 3, 8
"""Pages that a line stands on, at least: half of a short document, eight of a long one. Reports give the tables of
three or four pages in a row the same title, which tells what they show."""

_DENSITY = 0.4
"""Least share of the pages between its first and its last that a line stands on: facing pages take turns."""

_LARGE = 1.3
"""Times the body's size from which on a line that comes again is a heading, as on slides."""

_NUMBER = re.compile(r"\d{1,5}")
_LETTER = re.compile(r"[^\W\d_]")
_PAGE_WORDS, _PAGE_NUMBERS = 8, 2
"""Most letters and numbers of a line that is a page number and nothing else: "Page 3 of 12", "第 3 页 共 12 页"."""

Edge = Literal["top", "bottom"]


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A line near an edge of a page; `height` is its distance from the top in shares of the page."""

    page: int
    edge: Edge
    height: float
    line: Line


_Key = tuple[Edge, str, int | None]
"""Edge, words with numbers blanked out, and what the counting number is ahead of the page; or the exact words."""


def set_furniture_apart(pages: Sequence[PageLines]) -> list[PageLines]:
    """The pages with `lines` free of furniture; the first of all that say the same is kept, in `furniture`."""
    furniture = _furniture(pages)
    said: set[str] = set()
    return [_apart(page, furniture, said) for page in pages]


def _apart(page: PageLines, furniture: dict[int, str], said: set[str]) -> PageLines:
    here = [line for line in page.lines if id(line) in furniture]
    if not here:
        return page
    kept = tuple(line for line in page.lines if id(line) not in furniture)
    first = tuple(line for line in here if furniture[id(line)] and furniture[id(line)] not in said)
    said.update(furniture[id(line)] for line in here)
    return replace(page, lines=kept, furniture=first)


def _furniture(pages: Sequence[PageLines]) -> dict[int, str]:
    """By the identity of the line: what it says apart from numbers that count, empty for a mere page number."""
    body = body_size([line for page in pages for line in page.lines])
    seen: dict[_Key, list[_Sighting]] = defaultdict(list)
    by_page: dict[int, list[_Sighting]] = {}
    for page in pages:
        by_page[page.number] = list(_sightings(page, body))
        for sighting in by_page[page.number]:
            for key in _keys(sighting):
                seen[key].append(sighting)
    repeated = {
        id(sighting.line): "" if _is_page_number(key) else key[1]
        for key, sightings in seen.items()
        for sighting in _alike(key, sightings)
        if _comes_again(key, sightings, len(pages))
    }
    outermost = (line for page in pages for line in _from_outside(page, by_page[page.number], repeated))
    return {id(line): repeated[id(line)] for line in outermost}


def _sightings(page: PageLines, body: float) -> Iterator[_Sighting]:
    """Also the highest and the lowest line, wherever they are: some programs put page numbers right below the text."""
    highest = min(page.lines, key=lambda line: line.top, default=None)
    lowest = max(page.lines, key=lambda line: line.bottom, default=None)
    for line in page.lines:
        if line.size > _LARGE * body:
            continue
        if line.bottom <= _EDGE * page.height or line is highest:
            yield _Sighting(page.number, "top", line.top / page.height, line)
        elif line.top >= (1 - _EDGE) * page.height or line is lowest:
            yield _Sighting(page.number, "bottom", line.top / page.height, line)


def _keys(sighting: _Sighting) -> Iterator[_Key]:
    text = sighting.line.text
    yield sighting.edge, text, None
    blanked = _NUMBER.sub("0", text)
    for number in {int(found) for found in _NUMBER.findall(text)}:
        yield sighting.edge, blanked, number - sighting.page


def _is_page_number(key: _Key) -> bool:
    _, words, ahead = key
    few = len(_LETTER.findall(words)) <= _PAGE_WORDS and len(_NUMBER.findall(words)) <= _PAGE_NUMBERS
    return ahead is not None and few


def _alike(key: _Key, sightings: Sequence[_Sighting]) -> list[_Sighting]:
    """Those at the same height. A number that counts the pages and stands alone may be anywhere."""
    if _is_page_number(key):
        return list(sightings)
    middle = statistics.median(sighting.height for sighting in sightings)
    return [sighting for sighting in sightings if abs(sighting.height - middle) <= _SAME_HEIGHT]


def _comes_again(key: _Key, sightings: Sequence[_Sighting], pages: int) -> bool:
    numbers = {sighting.page for sighting in _alike(key, sightings)}
    if len(numbers) < _fewest(key, pages):
        return False
    return len(numbers) >= _DENSITY * (max(numbers) - min(numbers) + 1)


def _fewest(key: _Key, pages: int) -> int:
    if not _is_page_number(key):
        return max(_FEWEST, min(_ENOUGH, pages // 2))
    has_words = _LETTER.search(key[1])
    return max(2, min(_ENOUGH, pages // 2) if has_words else min(_FEWEST, pages))


def _from_outside(page: PageLines, sightings: Sequence[_Sighting], repeated: dict[int, str]) -> Iterator[Line]:
    """Furniture stands outside of everything else: the first line that is none ends it, and what heads a table."""
    for edge in ("top", "bottom"):
        inwards = sorted(
            (sighting.line for sighting in sightings if sighting.edge == edge),
            key=lambda line: line.top if edge == "top" else -line.bottom,
        )
        border: Line | None = None
        for line in inwards:
            if border is not None and not _side_by_side(line, border):
                break
            if id(line) not in repeated or _heads_a_table(line, page, repeated):
                border = border or line
            else:
                yield line


def _side_by_side(one: Line, other: Line) -> bool:
    return min(one.bottom, other.bottom) > max(one.top, other.top)


def _heads_a_table(line: Line, page: PageLines, repeated: dict[int, str]) -> bool:
    """Column names come again on each page of a long table; rows of as many cells follow at once."""
    if line.table:
        return any(other.table == line.table and id(other) not in repeated for other in page.lines)
    if len(line.cells) < 2:
        return False
    below = [other for other in page.lines if 0 < other.top - line.top < 2.5 * line.size]
    return any(abs(len(other.cells) - len(line.cells)) <= 1 and len(other.cells) >= 2 for other in below)

"""Blocks over page breaks: a sentence goes on at the top of the next page, a table with its next rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.parsing.block import Block
from ingest.parsing.draft import BETWEEN_CELLS
from ingest.parsing.layout import continues, glued
from ingest.parsing.placed import Placed, nowhere
from rag.documents import ElementKind
from rag.geometry import SCALE

_SAME_SIZE = 0.5
"""Points by which two halves of a block may differ in size."""

_FULL = 0.9
_FULL_BEFORE_SMALL = 0.7
"""Of the text's right edge, how far a line reaches that a page break cut off. A heading at a page's foot is shorter."""

_RUNNING = frozenset({ElementKind.PARAGRAPH, ElementKind.LIST_ITEM})


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A block with its parts by page. `block` is its beginning and says what it is."""

    block: Block
    parts: tuple[tuple[int, Placed], ...]

    @property
    def text(self) -> str:
        return "".join(placed.text for _, placed in self.parts)


def runs_of(pages: Sequence[tuple[int, Sequence[Block]]]) -> Iterator[Run]:
    """The blocks of numbered pages in order, those that a page break parts joined. Headings are not told apart here."""
    run: Run | None = None
    before: Sequence[Block] = ()
    for number, blocks in pages:
        right = max((_right(block.placed) for block in (*before, *blocks)), default=0)
        for at, block in enumerate(blocks):
            if run is not None and at == 0 and before and _goes_on(run, block, right):
                run = _extended(run, number, block)
                continue
            if run is not None:
                yield run
            run = Run(block, ((number, block.placed),))
        before = blocks
    if run is not None:
        yield run


def _right(placed: Placed) -> int:
    return int(placed.corners[:, 2].max())


def _goes_on(run: Run, after: Block, right: int) -> bool:
    """Whether the page's first block goes on with the run that the page before ended with."""
    first, before = run.block, run.parts[-1][1]
    if first.kind is ElementKind.TABLE:
        return after.kind is ElementKind.TABLE and _same_table(first, after)
    same_type = abs(first.size - after.size) <= _SAME_SIZE and first.bold == after.bold
    kinds = first.kind in _RUNNING and after.kind is ElementKind.PARAGRAPH
    return kinds and same_type and _ends_full(before, after, right) and continues(before.text, after.placed.text)


def _ends_full(before: Placed, after: Block, right: int) -> bool:
    """Whether the last line reached the end of the text's width, or nearly where a small letter plainly goes on."""
    share = _FULL_BEFORE_SMALL if after.placed.text[0].islower() else _FULL
    return int(before.corners[-1, 2]) >= max(share * right, SCALE / 2)


def _same_table(first: Block, after: Block) -> bool:
    """As many columns, and no header of its own: one that repeats its header stays a table, under that header.

    Words alone do not make a header below one that is set off.
    """
    header = first.placed.text[: first.header_length]
    repeats_header = bool(header) and after.placed.text.startswith(header)
    has_header = after.header_length > 0 and (after.bold or not (header and first.bold))
    return not has_header and not repeats_header and _columns(first) == _columns(after)


def _columns(block: Block) -> int:
    return max(row.count(BETWEEN_CELLS) for row in block.placed.text.split("\n"))


def _extended(run: Run, number: int, block: Block) -> Run:
    page, last = run.parts[-1]
    before = last + nowhere("\n") if run.block.kind is ElementKind.TABLE else glued(last, block.placed)
    return Run(run.block, (*run.parts[:-1], (page, before), (number, block.placed)))

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.layout import blocks_of
from ingest.parsing.line import Line, merge_rows
from ingest.parsing.placed import Placed
from rag.geometry import SCALE

WIDTH = HEIGHT = 1000.0
words = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x9FFF, exclude_categories=("Cs", "Zs", "Cc", "Cn")),
    min_size=1,
    max_size=12,
)


def line(text: str, left: float, top: float, size: float = 10) -> Line:
    """Every character half as wide as high."""
    edges = left + np.arange(len(text) + 1) * size / 2
    scaled = (edges * SCALE / WIDTH).clip(0, SCALE).astype(np.uint16)
    rows = np.full(len(text), top * SCALE / HEIGHT).astype(np.uint16)
    corners = np.stack([scaled[:-1], rows, scaled[1:], rows + np.uint16(size * SCALE / HEIGHT)], axis=1)
    return Line.of(Placed(text, corners), WIDTH, HEIGHT, size, bold=False)


lines = st.lists(
    st.builds(line, words, st.floats(0, 800), st.floats(0, 900), st.sampled_from([8.0, 10.0, 18.0])), max_size=15
)


@given(lines)
def test_no_character_is_lost_and_each_keeps_its_place(page: list[Line]) -> None:
    blocks = list(blocks_of(merge_rows(page)))

    placed = [
        (character, tuple(corners))
        for block in blocks
        for character, corners in zip(block.placed.text, block.placed.corners.tolist(), strict=True)
        if any(corners)
    ]
    there = [
        (character, tuple(corners))
        for one in page
        for character, corners in zip(one.text, one.placed.corners.tolist(), strict=True)
        if any(corners)
    ]
    # Only the hyphens of joined words may be missing.
    missing = len(there) - len(placed)
    assert missing <= sum(one.text[-1] in "-\u00ad" for one in page)
    assert set(placed) <= set(there)


def test_cells_far_apart_at_one_height_are_one_row() -> None:
    rows = merge_rows([line("Item", 50, 100), line("Price", 300, 100), line("Bolt", 50, 115), line("12", 300, 115)])

    assert [len(row.cells) for row in rows] == [2, 2]


def test_a_sentence_goes_on_at_the_top_of_the_next_column() -> None:
    column = [line("a sentence that fills the column and then simply", 50, 800), line("goes on", 500, 100)]

    (block,) = blocks_of(column)

    assert block.placed.text == "a sentence that fills the column and then simply goes on"

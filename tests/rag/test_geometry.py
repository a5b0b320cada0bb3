from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.documents import Span
from rag.geometry import SCALE, PageGeometry


def geometry_of(*characters: tuple[int, int, int, int, int]) -> PageGeometry:
    table = np.array(characters, np.uint16)
    return PageGeometry(table[:, 0], table[:, 1:])


@given(arrays.arrays(np.uint16, st.tuples(st.integers(0, 40), st.just(5))))
def test_survives_its_serialisation(table: np.ndarray) -> None:
    geometry = PageGeometry(table[:, 0], table[:, 1:])

    back = PageGeometry.from_bytes(geometry.to_bytes())

    assert np.array_equal(back.pages, geometry.pages)
    assert np.array_equal(back.corners, geometry.corners)


def test_characters_of_a_line_become_one_box_and_the_next_line_another() -> None:
    geometry = geometry_of(
        (1, 0, 0, 100, 200),
        (1, 100, 0, 200, 200),
        (0, 0, 0, 0, 0),
        (1, 0, 300, 100, 500),
        (2, 0, 300, 100, 500),
    )

    boxes = geometry.boxes(Span(0, 5))

    assert [(box.page, round(box.right * SCALE), round(box.top * SCALE)) for box in boxes] == [
        (1, 200, 0),
        (1, 100, 300),
        (2, 100, 300),
    ]


def test_a_raised_character_stays_in_its_line() -> None:
    geometry = geometry_of((1, 0, 100, 100, 300), (1, 100, 60, 150, 180))

    (box,) = geometry.boxes(Span(0, 2))

    assert round(box.top * SCALE) == 60


def test_a_column_further_left_starts_a_new_box() -> None:
    geometry = geometry_of((1, 500, 0, 600, 200), (1, 0, 0, 100, 200))

    assert len(geometry.boxes(Span(0, 2))) == 2


def test_a_span_beyond_the_text_is_cut() -> None:
    geometry = geometry_of((1, 0, 0, 100, 200))

    assert len(geometry.boxes(Span(-5, 99))) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"PNG1" + bytes(20), PageGeometry(np.ones(3, np.uint16), np.ones((3, 4), np.uint16)).to_bytes()[:-4]],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="page geometry"):
        PageGeometry.from_bytes(data)


def test_a_stream_that_inflates_without_end_is_refused() -> None:
    bomb = b"CPG1" + (1).to_bytes(4, "little") + zlib.compress(bytes(50_000_000))

    with pytest.raises(ValueError, match="another length"):
        PageGeometry.from_bytes(bomb)

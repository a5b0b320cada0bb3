from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.index.attribute_fields import MOST_RANGE_FIELDS, attribute_fields, number_field, range_fields
from rag.index.attributes import Attributes, moment
from rag.index.filters import Between


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hr, leave", ["hr", "leave"]), ("人事；休假、hr", ["人事", "休假", "hr"]), (" a ,,a;", ["a"]), ("", [])],
)
def test_tags_are_separated_in_either_width(text: str, expected: list[str]) -> None:
    assert Attributes(metadata={"tags": text}).tags == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-31", datetime(2024, 5, 31, tzinfo=UTC)),
        (" 2024-05-31T08:00:00+08:00 ", datetime(2024, 5, 31, tzinfo=UTC)),
        ("2024", None),
        ("31.5.2024", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_moments_are_iso_8601_in_utc(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


def test_numbers_are_finite() -> None:
    metadata = {"a": "1", "b": "-2.5e3", "c": "nan", "d": "inf", "e": "x", "f": "１２"}

    assert Attributes(metadata=metadata).numbers == {"a": 1.0, "b": -2500.0, "f": 12.0}


def test_keys_and_values_of_another_split_are_told_apart() -> None:
    one, other = Attributes(metadata={"a": "b=c"}), Attributes(metadata={"a=b": "c"})

    assert not set(attribute_fields(one)["facts"][1:]) & set(attribute_fields(other)["facts"][1:])


def test_a_key_is_quoted_where_a_path_needs_it() -> None:
    assert number_field("year") == "numbers.year"
    assert number_field("年份") == "numbers.年份"
    assert number_field("a.b c") == 'numbers."a.b c"'
    assert range_fields(Attributes(metadata={"a": "1", "b": "2024-01-01", "c": "x"})) == {
        "numbers.a": "number", "moments.b": "moment",
    }  # fmt: skip
    assert MOST_RANGE_FIELDS >= 16


def test_bounds_are_there_and_of_one_kind() -> None:
    for bounds in ({}, {"at_least": 1, "below": datetime(2024, 1, 1, tzinfo=UTC)}):
        with pytest.raises(ValueError, match="bounds"):
            Between("a", **bounds)  # type: ignore[arg-type]

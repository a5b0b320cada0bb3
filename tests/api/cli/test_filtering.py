"""What the options of a filter mean, as the API would be asked."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from api.cli.filtering import condition, filter_from, metadata_from
from api.filters import FilterIn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dept", {"op": "exists", "key": "dept"}),
        ("!dept", {"op": "not", "of": {"op": "exists", "key": "dept"}}),
        ("dept=HR", {"op": "in", "key": "dept", "values": ["HR"]}),
        ("部门 = 人事, 财务", {"op": "in", "key": "部门", "values": ["人事", "财务"]}),
        ("formula=a=b", {"op": "in", "key": "formula", "values": ["a=b"]}),
        ("dept!=HR", {"op": "not", "of": {"op": "in", "key": "dept", "values": ["HR"]}}),
        ("year>=2024", {"op": "range", "key": "year", "gte": 2024.0}),
        ("year<2024-05-31", {"op": "range", "key": "year", "lt": "2024-05-31"}),
        ("year > -1.5", {"op": "range", "key": "year", "gt": -1.5}),
        ("year<=1", {"op": "range", "key": "year", "lte": 1.0}),
    ],
)
def test_a_condition_is_read_as_it_is_written(text: str, expected: dict[str, Any]) -> None:
    assert condition(text) == expected
    FilterIn.model_validate({"metadata": [expected]})


def test_options_become_one_filter() -> None:
    asked = filter_from(["d1"], ["hr"], ["zh"], ["text/html"], "2024-01-01", "2025-01-01", ["a=b"])

    assert asked == {
        "documents": ["d1"],
        "tags": ["hr"],
        "languages": ["zh"],
        "media_types": ["text/html"],
        "since": "2024-01-01",
        "until": "2025-01-01",
        "metadata": [{"op": "in", "key": "a", "values": ["b"]}],
    }
    FilterIn.model_validate(asked)
    assert filter_from(None, None, None, None, None, None, None) is None


def test_metadata_are_put_together() -> None:
    assert metadata_from(["a", "b"], "2024-05-31", ["dept=HR", "f = a=b"]) == {
        "dept": "HR", "f": "a=b", "tags": "a, b", "date": "2024-05-31",
    }  # fmt: skip
    assert metadata_from(None, None, None) is None
    with pytest.raises(typer.BadParameter, match="key=value"):
        metadata_from(None, None, ["HR"])

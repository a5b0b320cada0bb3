"""Pages of documentation say the same in both languages, as far as their form tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TWINS = sorted(DOCS.glob("*.zh-CN.md"))


def form(page: Path) -> dict[str, list[int]]:
    """The levels of the headings, the columns of each table's rows, and how many blocks of code there are."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return {
        "headings": [len(heading[0]) for line in lines if (heading := re.match(r"#+(?= )", line))],
        "table rows": [line.count("|") for line in lines if line.startswith("|")],
        "fences": [sum(line.startswith("```") for line in lines)],
    }


@pytest.mark.parametrize("chinese", TWINS, ids=lambda page: page.name)
def test_a_page_has_the_form_of_its_twin_and_names_it(chinese: Path) -> None:
    english = chinese.with_name(chinese.name.replace(".zh-CN", ""))

    assert form(chinese) == form(english)
    assert f"]({english.name})" in chinese.read_text(encoding="utf-8")
    assert f"[中文]({chinese.name})" in english.read_text(encoding="utf-8")


def test_there_are_twins() -> None:
    assert TWINS

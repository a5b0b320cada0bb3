from __future__ import annotations

from pathlib import Path

from ingest.parsing.markdown import parse_markdown


def test_items_keep_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("3. apples\n4. pears\n\n   ripe ones\n\n- figs\n\n1) plums\n", encoding="utf-8")

    assert parse_markdown(path).text.split("\n\n") == ["3. apples", "4. pears", "ripe ones", "figs", "1) plums"]

from __future__ import annotations

from ingest.parsing.wrapping import unwrap


def test_a_line_with_room_for_the_next_word_was_broken_on_purpose() -> None:
    lines = ["This line is as wide as the editor of the text would allow it", "short one", "another line"]

    assert unwrap(lines) == [lines[0] + " short one", "another line"]


def test_chinese_lines_join_without_a_space() -> None:
    full = "公司在过去的一年里经历了一系列重要事件这些事件对公司的财务状况"

    assert unwrap([full, "产生了影响。"]) == [full + "产生了影响。"]


def test_list_items_are_never_joined() -> None:
    wide = "This line is as wide as the editor of the text would allow it"

    assert unwrap([wide, "- item"]) == [wide, "- item"]

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.plain import parse_plain
from ingest.parsing.text_headings import heading_of
from rag.documents import ElementKind


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("# Leave", "Leave"),
        ("#### 案情陈述", "案情陈述"),
        ("## **Leave** ##", "Leave"),
        ("第二章 考勤与休假", "第二章 考勤与休假"),
        ("一、基本情况", "一、基本情况"),
        ("（三）费用标准", "（三）费用标准"),
        ("**Case Procedures:**", "Case Procedures"),
        ("**Defendant**:", "Defendant"),
        ("__Scope__", "__Scope__".strip("_")),
        ("Present Illness:", "Present Illness"),
        ("Marital and Family History:", "Marital and Family History"),
        ("既往史：", "既往史"),
    ],
)
def test_a_heading_is_told_and_freed_of_its_marks(line: str, text: str) -> None:
    found = heading_of(line, "What follows.")
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize(
    "line",
    [
        "#1 in the market",
        "#hashtag",
        "一、本合同自双方签字之日起生效。",
        "（一）甲方应当在收到发票之日起三十日内以银行转账的方式向乙方支付全部设备采购款项及相应的运输费用",
        "The patient says:",
        "The rules are as follows:",
        "经审理查明：",
        "作案细节如下：",
        "Name: I. Chavez",
        "住址：荷塘市桃源街64号",
        "He said, and meant:",
        "Five days.",
        "* a list item",
        "**Note** that this is a sentence.",
        "",
    ],
)
def test_what_is_part_of_a_sentence_is_no_heading(line: str) -> None:
    assert heading_of(line, "What follows.") is None


def test_a_label_needs_what_it_labels_below_it() -> None:
    assert heading_of("Allergies:", "") is None
    assert heading_of("Allergies:", "None known.") is not None


def test_marks_rank_before_numbers_before_bold_before_labels() -> None:
    lines = ("# A", "## A", "第一章 总则", "一、总则", "（一）总则", "**总则**", "总则：")
    levels = [heading.level for line in lines if (heading := heading_of(line, "下文"))]
    assert len(levels) == len(lines)
    assert levels == sorted(set(levels))


def test_paragraphs_stand_under_the_headings_above_them(tmp_path: Path) -> None:
    path = tmp_path / "record.txt"
    path.write_text("# 住院病历\n\n现病史：\n腹痛两天。\n\n既往史：\n体健。\n", encoding="utf-8")
    parsed = parse_plain(path)
    paragraphs = [element for element in parsed.elements if element.kind is ElementKind.PARAGRAPH]
    assert [element.heading_path for element in paragraphs] == [("住院病历", "现病史"), ("住院病历", "既往史")]
    assert [element.span.of(parsed.text) for element in paragraphs] == ["腹痛两天。", "体健。"]


@given(st.text(max_size=120), st.text(max_size=20))
def test_a_heading_holds_nothing_that_the_line_does_not(line: str, following: str) -> None:
    found = heading_of(line, following)
    assert found is None or (found.text and found.text in line)

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "marked",
    [
        "Mr. Smith paid $3.14 to Acme Inc. in the U.S. on Jan. 5, 2024.| See No. 5, e.g. v1.2.3.| He left.",
        "J. R. R. Tolkien wrote it.| Apple Inc.| The company grew.",
        "It was 5 p.m.| We left.| I said no.| Then I slept.",
        "Smith et al. Nature agreed.| Tokyo, Ltd. and others did not.",
        "Wait...| What?!| Yes!| And so... it goes.",
        '"Really?" he asked.| "Yes."| (See below.)| Done.',
        "See https://a.com/?q=1.5&b=v.2 or a.b@c.com.| Then stop.",
        "eBay grew.| eBay shrank.| iOS won.",
        "1. Introduction to it.| Next one.",
        "1.2.3. Scope applies.",
        "他说：“你好！”|然后走了。|真的吗？！|是的……他走了。",
        "“好！”，他说。|《谁是凶手？》是一部电影。|该方法（有效吗？）值得研究。",
        "（见附件。）|下一句！|圆周率是3.14。|版本v1.2.3已发布。",
        "使用Python 3.8.|然后继续.| Dr.王说Acme Inc.公司很好。",
        "1.总则如下。|见 https://a.com/?q=1。|See it.|好的?|好。",
    ],
)
def test_sentences_end_where_a_bar_is_drawn(marked: str) -> None:
    assert sentences(marked.replace("|", "")) == [piece.strip() for piece in marked.split("|")]


def test_a_citation_mark_stays_with_the_sentence_before_it() -> None:
    assert sentences("年假为15天。[1][2]工资另算 [3]。It ends. [4] Then more.") == [
        "年假为15天。[1][2]",
        "工资另算 [3]。",
        "It ends. [4]",
        "Then more.",
    ]


def test_a_line_end_is_a_sentence_end() -> None:
    assert sentences("  Title\nfirst row | 3\r\n\n第二行 \u2028third") == ["Title", "first row | 3", "第二行", "third"]


def test_a_semicolon_ends_only_what_would_not_fit_a_passage() -> None:
    short = "甲方负责交付；乙方负责付款。"
    long = "甲" * 120 + "；" + "乙" * 120 + "。"
    assert sentences(short) == [short]
    assert sentences(long) == ["甲" * 120 + "；", "乙" * 120 + "。"]


def test_an_overlong_sentence_is_cut_at_the_last_comma_but_not_inside_a_number() -> None:
    text = "x" * 400 + ", " + "y" * 150 + " 1,234,567 " + "z" * 300
    assert sentences(text) == ["x" * 400 + ",", "y" * 150 + " 1,234,567 " + "z" * 300]


def test_what_offers_no_place_to_cut_is_cut_anyway() -> None:
    assert [len(piece) for piece in sentences("x" * 1500)] == [600, 600, 300]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('。.？! \n；;，,”")[1]Mr中a…'))))
def test_spans_are_ordered_stripped_and_cover_everything_but_white_space(text: str) -> None:
    spans = sentence_spans(text)

    covered = "".join(span.of(text) for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(span.of(text) == span.of(text).strip() != "" for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


@pytest.mark.parametrize("unit", ["x", "很长的句子，", ". ", "? [1", " "])
def test_a_line_of_a_megabyte_takes_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    start = time.perf_counter()
    sentence_spans(text)

    assert time.perf_counter() - start < 15


@pytest.mark.parametrize(
    "text",
    [
        "初步诊断：1. 哮喘 2. 高血压病",
        "步骤如下: 1. 打开电源 2. 按下按钮 10. 关机",
    ],
)
def test_the_numbers_of_a_list_within_a_chinese_line_end_no_sentence(text: str) -> None:
    assert [span.of(text) for span in sentence_spans(text)] == [text]


def test_a_year_still_ends_an_english_sentence() -> None:
    text = "It was founded in 19. He left in 2019. She stayed."

    assert [span.of(text) for span in sentence_spans(text)] == [
        "It was founded in 19.",
        "He left in 2019.",
        "She stayed.",
    ]


def test_a_time_of_day_ends_a_sentence() -> None:
    text = "Backups run at 01:30. They are kept for 35 days."

    assert [span.of(text) for span in sentence_spans(text)] == ["Backups run at 01:30.", "They are kept for 35 days."]

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.answering.sentence_stream import SentenceStream, WrittenSentence
from rag.text.sentences import sentence_spans


def in_pieces(text: str, size: int) -> list[WrittenSentence]:
    stream = SentenceStream()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [sentence for piece in pieces for sentence in stream.feed(piece)] + stream.finish()


def whole(text: str) -> list[WrittenSentence]:
    return in_pieces(text, len(text) + 1)


def texts(sentences: list[WrittenSentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


def test_a_sentence_is_given_once_the_next_word_is_whole() -> None:
    stream = SentenceStream()

    assert stream.feed("It costs 3.") == []
    assert stream.feed("5 yuan.") == []
    assert stream.feed(" It") == []
    assert texts(stream.feed(" is")) == ["It costs 3.5 yuan."]
    assert texts(stream.finish()) == ["It is"]
    assert stream.finish() == []


def test_a_chinese_sentence_is_given_with_the_next_character() -> None:
    stream = SentenceStream()

    assert stream.feed("保修期为24个月。") == []
    assert texts(stream.feed("自")) == ["保修期为24个月。"]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    stream = SentenceStream()

    assert stream.feed("他说：“可以。") == []
    assert stream.feed("”") == []
    assert texts(stream.feed("然后")) == ["他说：“可以。”"]


def test_a_line_end_ends_a_sentence_at_once() -> None:
    stream = SentenceStream()

    assert texts(stream.feed("- 24 months\n")) == ["- 24 months"]
    assert stream.feed("- de") == []
    assert stream.finish() == [WrittenSentence("- de", True)]


def test_list_items_begin_lines_of_their_own() -> None:
    found = whole("Two rules. Mind them:\n\n1. Rest.\n2. Eat.")

    assert found == [
        WrittenSentence("Two rules.", False),
        WrittenSentence("Mind them:", False),
        WrittenSentence("1. Rest.", True),
        WrittenSentence("2. Eat.", True),
    ]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("It lasts 24 months [2].", "It lasts 24 months."),
        ("It lasts 24 months. [2]", "It lasts 24 months."),
        ("It lasts [1, 2][3] 24 months [4、5] [6 7].", "It lasts 24 months."),
        ("It lasts 24 months [Source 2].", "It lasts 24 months."),
        ("保修期为24个月[资料 1]。", "保修期为24个月。"),
        ("保修期为24个月【1】。", "保修期为24个月。"),
        ("See [1234] and x[i].", "See [1234] and x[i]."),
    ],
)
def test_marks_that_the_model_wrote_are_taken_out(written: str, cleaned: str) -> None:
    assert texts(whole(written)) == [cleaned]


def test_what_holds_no_letter_is_no_sentence() -> None:
    assert whole("---\n[1]\n。。。\n") == []
    assert whole("") == []


def test_a_clause_of_a_long_sentence_is_given_when_the_sentence_is_known_to_be_long() -> None:
    text = "；".join(["甲" * 90] * 4) + "。"

    assert texts(in_pieces(text, 7)) == texts(whole(text))
    assert len(whole(text)) == 4


def test_digits_without_end_in_a_bracket_take_no_time() -> None:
    started = time.perf_counter()

    whole("[" + "1" * 500 + " and [" + "1 " * 500)

    assert time.perf_counter() - started < 1


ENGLISH = ["Apple Inc.", "Apollo", "A", "The", "Dr.", "Smith", "No. 5", "3.", "5", "e.g.", "iPhone", "end.", "why?"]
CHINESE = ["保修期", "为24个月。", "可以！", "《书？》", "；", "，"]
POINTS = ["so...", "…", "a.m.", "1.", "- ", "“", "”", '"', "(", ")", ",", ";"]
BREAKS = [" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u2028"]
LONG = ["x" * 80, "甲" * 70, "word " * 30]
parts = st.tuples(st.sampled_from(ENGLISH + CHINESE + POINTS + BREAKS + LONG), st.sampled_from(["", " "])).map("".join)
marks = st.sampled_from(["[1]", "[2, 3]", " [1]"])


@given(st.lists(parts, max_size=14).map("".join))
def test_a_text_without_marks_is_given_as_its_sentences(text: str) -> None:
    spans = [span.of(text) for span in sentence_spans(text)]

    assert texts(whole(text)) == [span for span in spans if any(map(str.isalnum, span))]


@given(st.lists(parts | marks, max_size=14).map("".join), st.integers(1, 9))
@example("Apple Inc. Apollo end.", 1)
@example("end.[1] The", 1)
def test_however_a_text_arrives_its_sentences_are_those_of_the_whole(text: str, size: int) -> None:
    assert in_pieces(text, size) == whole(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("根据资料2，验证码有效期为8小时。", "验证码有效期为8小时。"),
        ("依据资料 12, 保修期为24个月。", "保修期为24个月。"),
        ("According to source 2, the warranty lasts 24 months.", "The warranty lasts 24 months."),
        ("according to the sources 3, parking is free.", "Parking is free."),
        ("根据资料显示，保修期为24个月。", "根据资料显示，保修期为24个月。"),
        ("According to Source Code Ltd, it is free.", "According to Source Code Ltd, it is free."),
        ("根据2024年的规定，出差须提前申请。", "根据2024年的规定，出差须提前申请。"),
    ],
)
def test_the_number_of_a_source_is_no_part_of_the_answer(written: str, kept: str) -> None:
    assert texts(whole(written)) == [kept]

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.matching import count_words, first_words, holds, same_place
from tests.rag.evaluation.rows import SENTENCE


def test_a_sentence_is_found_whatever_parsing_did_to_spaces_case_and_dashes() -> None:
    assert holds("the warranty—lasts 24months from the\ndate of DELIVERY", SENTENCE)
    assert holds("甲方应于 2024 年 3 月 1 日前付款。", "甲方应于2024年3月1日前付款")
    assert not holds("The warranty is void when the seal is broken.", SENTENCE)
    assert not holds("", SENTENCE)


def test_a_sentence_without_letters_stands_nowhere() -> None:
    assert not holds(SENTENCE, "— * —")
    assert not holds("", "")


def test_a_part_is_the_same_place_unless_it_is_tiny() -> None:
    assert same_place("lasts 24 months from the date", SENTENCE)
    assert same_place(f"It says: {SENTENCE} So there.", SENTENCE)
    assert not same_place("24 months", SENTENCE)  # eight letters stand in too much


def test_a_chinese_character_is_a_word() -> None:
    assert count_words("质保期为 24 months") == 6
    assert first_words(["质保期为 24 months", "more"], 5) == "质保期为 24\n"
    assert first_words(["one two", "three four"], 3) == "one two\nthree"


@given(st.text(alphabet="ab 的了。-", max_size=60), st.integers(0, 30))
def test_cutting_keeps_so_many_words_and_no_more(text: str, words: int) -> None:
    assert count_words(first_words([text], words)) == min(words, count_words(text))

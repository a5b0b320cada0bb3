from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.pinyin import han_pattern, latin_pattern, reading, readings


@pytest.mark.parametrize(
    ("han", "latin"), [("王立新", "wanglixin"), ("长沙", "changsha"), ("长沙", "zhangsha"), ("吕梁", "lvliang")]
)
def test_characters_and_letters_match_both_ways(han: str, latin: str) -> None:
    to_latin, to_han = latin_pattern(han), han_pattern(latin)

    assert to_latin is not None
    assert to_han is not None
    assert to_latin.fullmatch(latin)
    assert to_han.fullmatch(han)


@pytest.mark.parametrize("latin", ["acme", "smith", "leipzig"])
def test_letters_that_are_no_syllables_are_no_reading(latin: str) -> None:
    assert han_pattern(latin) is None


def test_an_unknown_character_has_no_reading() -> None:
    assert readings("x") == ()
    assert latin_pattern("x立") is None


@given(st.lists(st.sampled_from("王李张刘陈成都佛山大连昆明立新敏昊"), min_size=1, max_size=4).map("".join))
def test_every_name_is_found_by_its_own_reading(han: str) -> None:
    pattern = han_pattern(reading(han))

    assert pattern is not None
    assert pattern.search(han)

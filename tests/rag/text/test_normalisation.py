from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Span
from rag.text.normalisation import find, normalise

# Letters of both scripts, and what normalisation removes, joins, multiplies or depends on its neighbours.
_AWKWARD = st.sampled_from("aB1.,-% \n\t　中國，。條々が゙ﾞｶéé\u0301ﬁßİ²₂½①…㎡\u200b\u00ad\ufeff\ufe0f¨´\x00\x1c|")
_TEXT = st.text(alphabet=st.one_of(_AWKWARD, st.characters()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３％", "abc123%"),
        ("第 5 條，“你好”。", '第5条,"你好".'),
        ("GPT 模型 与 BERT", "gpt模型与bert"),
        ("  two \n\t words  ", "two words"),
        ("ﬁne \u200bcafe\u0301 Stra\u00adße", "fine café strasse"),
        ("它’s – a—b", "它's - a-b"),
        ("「臺灣」『軟體』", '"台湾""软体"'),
        ("ｶﾞ", "ガ"),
        ("A\u0000B\ufeffC\u202eD", "abcd"),
        ("re-\nport", "re- port"),
        ("", ""),
    ],
)
def test_variants_are_unified(text: str, expected: str) -> None:
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("m² 与 CO₂", "m2与co2"), ("10²", "10²"), ("5½", "5½"), ("3①", "3①"), ("log₁₀", "log1₀")]
)
def test_a_number_gains_no_digit(text: str, expected: str) -> None:
    assert normalise(text).text == expected


def test_a_match_leads_back_to_the_original_characters() -> None:
    text = "  见 第 ５ 條 “ﬁne”"
    normalised = normalise(text)

    start = normalised.text.index("第5条")

    assert normalised.original_span(start, start + 3).of(text) == "第 ５ 條"
    assert normalised.original_span(0, len(normalised.text)) == Span(2, len(text))
    assert normalised.original_span(start, start) == Span(4, 4)


@pytest.mark.parametrize(
    ("needle", "haystack", "found"),
    [
        ("“年休假”为 15 天", "其「年休假」為１５天。", "「年休假」為１５天"),
        ("the Fine print", "Read THE ﬁne\n print!", "THE ﬁne\n print"),
        ("5 days", "15 days, 2.5 days, 1,5 days, -5 days or 5 days", "5 days"),
        ("costs 3", "costs 35, costs 3.5, costs 3,500; costs 3.", "costs 3"),
        ("costs 3.", "costs 3.5 or costs 3. End", "costs 3."),
        ("art", "start of art", "art"),
        ("10-15", "from 10–15", "10–15"),
    ],
)
def test_a_quotation_is_found_up_to_its_variants(needle: str, haystack: str, found: str) -> None:
    span = find(needle, haystack)

    assert span is not None
    assert span.of(haystack) == found
    assert haystack.endswith(haystack[span.start :])
    assert find(needle, normalise(haystack)) == span


@pytest.mark.parametrize(
    ("needle", "haystack"),
    [
        ("60 months", "24 months"),
        ("15 天", "25 天"),
        ("5 ℃", "-5 ℃"),
        ("5 days", "15 days"),
        ("2 days", "½ days"),
        (".", "…"),
        ("", "anything"),
        ("\u200b", "anything"),
    ],
)
def test_another_number_or_nothing_is_not_found(needle: str, haystack: str) -> None:
    assert find(needle, haystack) is None


@given(_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text

    assert normalise(once).text == once


def test_every_character_of_the_basic_plane_is_normalised_for_good() -> None:
    text = "a".join(chr(code) for code in range(0x10000))

    once = normalise(text).text

    assert normalise(once).text == once


@given(_TEXT)
def test_offsets_never_go_back_and_lie_within_the_original(text: str) -> None:
    normalised = normalise(text)

    assert len(normalised.starts) == len(normalised.ends) == len(normalised.text)
    assert list(normalised.starts) == sorted(normalised.starts)
    assert list(normalised.ends) == sorted(normalised.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(normalised.starts, normalised.ends, strict=True))


@given(_TEXT)
def test_the_span_of_everything_normalises_to_everything(text: str) -> None:
    normalised = normalise(text)

    whole = normalised.original_span(0, len(normalised.text))

    assert normalise(whole.of(text)).text == normalised.text


@given(_TEXT, st.data())
def test_what_is_found_normalises_to_what_was_looked_for(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : data.draw(st.integers(start, len(text)))]

    span = find(needle, text)

    assert span is None or normalise(span.of(text)).text == normalise(needle).text


@pytest.mark.parametrize("unit", ["中文", "Word ", " ", "e\u0301", "\u200b", "\u0301", "がﾞ"])
def test_a_megabyte_takes_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    start = time.perf_counter()
    normalise(text)

    assert time.perf_counter() - start < 15


def test_the_module_does_not_load_the_libraries_it_uses() -> None:
    code = "import sys, rag.text.terms; print({'opencc', 'rjieba', 'snowballstemmer'} & {*sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "set()"

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.terms import lexical_terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("劳动合同法", ["劳动", "动合", "合同", "同法", "合同法"]),
        ("天", ["天"]),
        ("電腦", ["电脑"]),
        ("running companies", ["run", "compani"]),
        ("GPT-4", ["gpt-4", "gpt", "4"]),
        ("HR-2024-07 规定", ["hr-2024-07", "hr", "2024", "07", "规定"]),
        ("1,230.5 3.14 2024", ["1230.5", "3.14", "2024"]),
        ("C++ and C#", ["c++", "c#"]),
        ("Node.js", ["node.js", "node", "js"]),
        ("用Python写", ["用", "python", "写"]),
        ("it is not before 5", ["not", "befor", "5"]),
        ("Привет 한국어", ["привет", "한국", "국어"]),
        ("", []),
    ],
)
def test_terms_of_both_languages(text: str, expected: list[str]) -> None:
    assert lexical_terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("ＧＰＴ－４ 模型", "gpt-4模型"), ("年休假 規定", "年休假规定"), ("Policies", "policy"), ("1,230", "1230")],
)
def test_variants_give_the_same_terms(one: str, other: str) -> None:
    assert lexical_terms(one) == lexical_terms(other)


def test_what_questions_are_made_of_is_left_out() -> None:
    assert lexical_terms("What is the notice period?") == ["notic", "period"]
    assert "什么" not in lexical_terms("年假是什么")


def test_an_overlong_token_gives_its_parts_alone() -> None:
    assert lexical_terms("-".join(["ab"] * 40)) == ["ab"] * 40


@given(st.text())
def test_terms_are_deterministic_and_hold_no_white_space(text: str) -> None:
    terms = lexical_terms(text)

    assert terms == lexical_terms(text)
    assert all(term and not any(map(str.isspace, term)) for term in terms)


@pytest.mark.parametrize("unit", ["年休假天数是十五天的规定。", "Companies generalise 3 policies. ", "中", "a.", "1,"])
def test_a_megabyte_takes_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    start = time.perf_counter()
    lexical_terms(text)

    assert time.perf_counter() - start < 20

from __future__ import annotations

import numpy as np
import pytest

from rag.answering.attribution import Attribution
from rag.answering.evidence import centred, split_sources
from rag.answering.verification import verify
from rag.citations import SupportStatus
from rag.documents import LANGUAGES, Language
from rag.retrieval.centres import Centres
from tests.rag.answering.sources import sentence, source

TEXT = "Leave is ten days. It ends in March.\n病假不计入。"


def test_each_sentence_points_into_the_text_of_its_version() -> None:
    whole = "Preface. " + TEXT

    found = split_sources([source(TEXT, start=9)])

    assert [one.text for one in found] == ["Leave is ten days.", "It ends in March.", "病假不计入。"]
    assert all(one.span.of(whole) == one.text for one in found)


def test_a_sentence_that_two_passages_hold_comes_once_with_the_better() -> None:
    first, overlapping = source(TEXT, name="p1"), source(TEXT[19:], name="p2", start=19)

    found = split_sources([overlapping, first])

    assert [(one.source.passage.id, one.text) for one in found] == [
        ("p2", "It ends in March."),
        ("p2", "病假不计入。"),
        ("p1", "Leave is ten days."),
    ]


def test_the_same_words_of_another_version_are_another_place() -> None:
    assert len(split_sources([source("Ten days."), source("Ten days.", version="v2")])) == 2


@pytest.mark.parametrize(("text", "sentences"), [("—\n*\n1", 0), ("ok", 1), ("五天", 1), ("", 0)])
def test_a_span_needs_two_letters_to_prove_anything(text: str, sentences: int) -> None:
    assert len(split_sources([source(text)])) == sentences


def test_a_sentence_is_embedded_under_its_header() -> None:
    assert sentence("Ten days.", context="Handbook › Leave").in_context == "Handbook › Leave\nTen days."
    assert sentence("Ten days.").in_context == "Ten days."
    assert sentence("Ten days.", context="Leave").header_terms == {"leav"}


def test_vectors_lose_the_mean_of_their_own_language() -> None:
    means: dict[Language, np.ndarray] = {language: np.zeros(2) for language in LANGUAGES}
    means["zh"] = np.array([1.0, 0.0])
    sentences = [sentence("Ten days."), sentence("十天。")]

    found = centred(sentences, np.array([[2.0, 0.0], [1.0, 3.0]], np.float32), Centres(means, means))

    assert found.vectors.tolist() == [[1, 0], [0, 1]]
    assert found.closeness(np.array([0.6, 0.8], np.float32)) == pytest.approx([0.6, 0.8])


def test_no_sentences_have_no_closeness() -> None:
    empty = centred([], np.zeros((0, 2), np.float32), Centres({}, {}))

    assert empty.closeness(np.ones(2, np.float32)).shape == (0,)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Diagnosis:\nAsthma\nNo fever.", ["Diagnosis:\nAsthma", "No fever."]),
        ("主诉：\n反复咳嗽三天。", ["主诉：\n反复咳嗽三天。"]),
        ("Basics:\nName:\nJ. Doe", ["Basics:\nName:", "J. Doe"]),  # a label names one line
        ("Steps are as follows, in the order of time and place:\nOpen it.", None),
        ("It is known.\nSigned:", ["It is known.", "Signed:"]),
    ],
)
def test_a_label_goes_with_the_line_that_it_names(text: str, places: list[str] | None) -> None:
    found = split_sources([source(text)])

    assert [sentence.text for sentence in found] == (places or text.split("\n"))
    assert [sentence.span.of(text) for sentence in found] == [sentence.text for sentence in found]


def test_a_sentence_is_dated_by_the_one_before_it_that_tells_the_year() -> None:
    text = "In 2017 Acme grew. It hired staff. In January, it bought Beta. 2018年停产。三月，复产。"

    found = split_sources([source(text[19:], name="p2", start=19), source(text[:18], name="p1")])

    assert [one.dated_by.text if one.dated_by else None for one in found] == [
        None,
        "In 2017 Acme grew.",
        None,
        "2018年停产。",
        None,
    ]
    assert found[1].dated == "2017年\nIn January, it bought Beta."


def test_a_year_does_not_reach_over_text_that_is_not_here() -> None:
    found = split_sources([source("In 2017 Acme grew."), source("In January, it fell.", name="p2", start=60)])

    assert [one.dated_by for one in found] == [None, None]
    assert found[1].dated == found[1].text


def test_a_header_tells_the_year_where_no_sentence_does() -> None:
    assert sentence("3月召开会议。", context="2021年度报告").dated == "2021年\n3月召开会议。"
    assert sentence("会议召开。", context="2021年度报告").dated == "会议召开。"


@pytest.mark.parametrize(
    ("above", "name"),
    [("Budget 2026", "Budget 2026"), ("The board approved it.", ""), ("", ""), ("预算表", "预算表")],
)
def test_the_line_above_a_table_names_it_unless_it_is_a_sentence(above: str, name: str) -> None:
    table = "Department | Year\nSales | 9000"

    found = split_sources([source(f"{above}\n\n{table}" if above else table)])

    assert found[-1].columns == (f"{name}\nDepartment | Year" if name else "Department | Year")


def test_a_row_stands_under_the_names_of_its_columns() -> None:
    text = "Limits are per night.\n\nCity | Limit (CNY)\nBeijing | 780\nShenzhen | 700\n\nMeals are extra."

    found = split_sources([source(text, context="Travel")])

    assert [(one.text, one.columns) for one in found] == [
        ("Limits are per night.", ""),
        ("City | Limit (CNY)", ""),
        ("Beijing | 780", "City | Limit (CNY)"),
        ("Shenzhen | 700", "City | Limit (CNY)"),
        ("Meals are extra.", ""),
    ]
    assert found[3].in_context == "Travel\nCity | Limit (CNY)\nShenzhen | 700"
    claim = "The limit in Shenzhen is 700 CNY."
    assert verify(claim, Attribution((found[3],), 1.0, 1.0), 0.5).status is SupportStatus.SUPPORTED


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("Item | Price", True),
        ("Item | 2023 | 2024", True),
        ("Item | Q1", True),
        ("Screws | 15", False),
        ("甲 | 5万元", False),
    ],
)
def test_a_first_row_with_amounts_of_its_own_names_no_columns(first: str, names: bool) -> None:
    found = split_sources([source(f"{first}\nBolts | 20")])

    assert found[1].columns == (first if names else "")

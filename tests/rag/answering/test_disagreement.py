from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.disagreement import DisagreementKind, disagreement, needed_closeness
from rag.answering.evidence import EvidenceSentence
from rag.documents import Span
from tests.rag.answering.sources import source

WARRANTY = "The warranty period of the pump is 24 months from the date of delivery."


def said(text: str, title: str = "Sales Terms") -> EvidenceSentence:
    return EvidenceSentence(replace(source(text, context=title), title=title), Span(0, len(text)), text)


def differs(one: str, other: str, *titles: str) -> tuple[str, str, str] | None:
    first, second = titles or ("Sales Terms", "Service Handbook")
    found = disagreement(said(one, first), said(other, second))
    return (found.kind.value, found.one, found.other) if found else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (WARRANTY, "The warranty of the pump lasts 36 months.", None),  # it has fewer words than half of the other
        (
            WARRANTY,
            "The pump has a warranty period of 36 months from the delivery date.",
            ("quantity", "24 months", "36 months"),
        ),
        (
            "The hotel allowance in Shanghai is 600 yuan per night.",
            "上海的住宿标准为每晚800元。",
            ("quantity", "600 yuan", "800元"),
        ),
        (
            "Falcon系统于2025年7月1日上线。",
            "Falcon系统将于2025年9月15日上线。",
            ("date", "2025年7月1日", "2025年9月15日"),
        ),
        ("密码长度至少为12个字符。", "密码长度至少为8个字符。", ("quantity", "12个字符", "8个字符")),
        (
            "Visitors may take photographs in the workshop.",
            "Visitors may not take photographs in the workshop.",
            (
                "polarity",
                "Visitors may take photographs in the workshop.",
                "Visitors may not take photographs in the workshop.",
            ),
        ),
    ],
    ids=["too-short", "duration", "across", "date", "count", "denial"],
)
def test_the_same_thing_told_otherwise(one: str, other: str, expected: tuple[str, str, str] | None) -> None:
    assert differs(one, other) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WARRANTY, "The pump has a warranty period of two years from the delivery date."),
        (WARRANTY, "The warranty period of the battery is 6 months from the date of delivery."),
        ("水泵的保修期为自交付之日起24个月。", "电池的保修期为自交付之日起6个月。"),
        ("The buyer pays 30% of the contract price.", "The seller pays 40% of the contract price."),
        ("Lanqiao raised 200 million yuan in its B round.", "Lanqiao raised 50 million yuan in its A round."),
        ("The plant in Ningbo employs 300 people.", "The plant in Wuhan employs 700 people."),
        ("In 2021 the sales of Qiming rose by 5%.", "In 2022 the sales of Qiming rose by 8%."),
        ("The pump must stand at least 50 cm from the wall.", "The pump must stand at most 80 cm from the wall."),
        ("Qiming sold about 1,000 cars in spring.", "Qiming sold 1,040 cars in spring."),
        ("The profit of Qiming was 12.3 million yuan.", "The profit of Qiming was 12.28 million yuan."),
        ("The fee of the permit is 100 US dollars a year.", "The fee of the permit is 700 yuan a year."),
        ("On 3 May 2021 Qiming closed its plant.", "On 9 June 2023 Qiming closed its plant."),
    ],
    ids=[
        *("the-same", "another-thing", "another-thing-zh", "another-role", "another-round", "another-place"),
        *("another-year", "another-bound", "about", "rounded", "another-currency", "another-time"),
    ],
)  # fmt: skip
def test_what_agrees_or_is_about_something_else_is_no_conflict(one: str, other: str) -> None:
    assert differs(one, other) is None
    assert differs(other, one) is None


def test_what_reports_say_of_themselves_is_no_conflict() -> None:
    one, other = (
        "The registered capital of the company is 30 million yuan.",
        "The registered capital of the company is 45 million yuan.",
    )

    assert differs(one, other, "Acme Ltd. report", "Zenith Ltd. report") is None
    assert differs(one, other, "Acme report of 2021", "Acme report of 2022") is None
    assert differs(one, other, "Acme report", "Acme report, draft") == (
        "quantity",
        "30 million yuan",
        "45 million yuan",
    )
    assert differs("入院时间：8月9日", "入院时间：7月17日", "人民医院_苏某某", "人民医院_俞某某") is None


def test_a_conflict_is_seen_from_both_sides() -> None:
    one, other = said(WARRANTY), said(WARRANTY.replace("24", "36"), "Service Handbook")

    there, back = disagreement(one, other), disagreement(other, one)

    assert there is not None
    assert back is not None
    assert (there.kind, there.one, there.other) == (DisagreementKind.QUANTITY, back.other, back.one)


def test_across_languages_more_likeness_is_needed() -> None:
    english, chinese = said(WARRANTY), said("水泵的保修期为自交付之日起36个月。")

    assert needed_closeness(english, chinese) > needed_closeness(english, english)

from __future__ import annotations

import pytest

from rag.text.names import NameKind, english_places, han_names, is_chinese_person_abroad, latin_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The draft goes to Meridian Foods.", ["Meridian", "Foods"]),
        ("Brightwell Europe pays.", ["Brightwell", "Europe"]),
        ("KPMG audits it.", ["KPMG"]),
        ("Overtime is paid.", []),
        ("The Board of Directors met on Monday in March.", []),
        ("Wang's team won.", []),
        ("We met Wang’s team.", ["Wang"]),
        ("由Meridian Foods供货", ["Meridian", "Foods"]),
        ("Net Profit Attributable To Shareholders", []),
    ],
)
def test_capitals_tell_latin_names(text: str, names: list[str]) -> None:
    assert latin_names(text) == names


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("由张敏介绍市场分析", "张敏", NameKind.PERSON),
        ("项目经理王立新在场", "王立新", NameKind.PERSON),
        ("搬到成都的新仓库", "成都", NameKind.PLACE),
        ("莱比锡的工厂", "莱比锡", NameKind.PLACE),
        ("鼎信电子获得补助", "鼎信", NameKind.ORGANISATION),
    ],
)
def test_a_dictionary_tells_chinese_names(text: str, name: str, kind: NameKind) -> None:
    assert (name, kind) in [(found.text, found.kind) for found in han_names(text)]


@pytest.mark.parametrize(
    "text", ["员工每年有十五天年假。", "上市公司应当披露", "二〇二四年三月五日", "no characters", ""]
)
def test_plain_words_and_dates_are_no_names(text: str) -> None:
    assert han_names(text) == ()


def test_places_are_those_of_the_gazetteer() -> None:
    assert english_places("From Hong Kong to Leipzig's fair") == ["hong kong", "leipzig"]


@pytest.mark.parametrize(
    ("words", "is_person"),
    [(["Wang", "Lixin"], True), (["Lixin", "Wang"], True), (["Maria", "Hoffmann"], False), (["Wang"], False)],
)
def test_chinese_people_are_told_by_family_name_and_sound(words: list[str], is_person: bool) -> None:
    assert is_chinese_person_abroad(words) is is_person

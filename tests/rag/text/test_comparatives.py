from __future__ import annotations

import pytest

from rag.text.comparatives import compares, tells_comparison


@pytest.mark.parametrize(
    ("claim", "is_comparison"),
    [
        ("A's judgment came earlier.", True),
        ("A has more staff than B.", True),
        ("甲的利润更高。", True),
        ("甲的提升更显著。", True),
        ("甲更加稳定。", False),
        ("Later on, it closed.", False),
        ("It has more staff.", False),
        ("甲的利润为5万元。", False),
        ("It costs more than 5 yuan.", False),
        ("It is due no later than May.", False),
        ("The rate is higher than 5%.", False),
        ("Children younger than two years", False),
    ],
)
def test_what_sets_one_thing_above_another(claim: str, is_comparison: bool) -> None:
    assert compares(claim) is is_comparison


@pytest.mark.parametrize(
    ("source", "tells"),
    [
        ("甲的利润高于乙。", True),
        ("甲比乙早两天。", True),
        ("A outperformed B.", True),
        ("It came first.", True),
        ("烟波市人民法院", False),
        ("A's profit is high.", False),
    ],
)
def test_a_source_may_compare_in_other_words(source: str, tells: bool) -> None:
    assert tells_comparison(source) is tells


@pytest.mark.parametrize(
    "text",
    ["最后，公司完成了收购。", "公司更换了审计师。", "其中现金的比例为三成。", "章程作了变更。", "最近更新了制度。"],
)
def test_words_of_the_same_characters_compare_nothing(text: str) -> None:
    assert not tells_comparison(text)

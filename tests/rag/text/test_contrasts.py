from __future__ import annotations

import pytest

from rag.text.contrasts import Contrast, contrasts


@pytest.mark.parametrize(
    ("claim", "source", "of"),
    [
        ("Sales rose.", "Sales fell.", "change"),
        ("销售额增长", "Sales declined", "change"),
        ("The Seller pays.", "买方付款", "trade"),
        ("每周二开会", "The meeting is on Thursdays.", "weekday"),
        ("The rent is due monthly.", "租金每年支付", "period"),
        ("財務部批准", "由法务部批准", "department"),
    ],
)
def test_two_members_of_a_set_exclude_one_another_in_and_across_languages(claim: str, source: str, of: str) -> None:
    assert [found.of for found in contrasts(claim, [source])] == [of]


def test_a_difference_names_the_words_of_both() -> None:
    assert contrasts("卖方付款", ["The Buyer pays."]) == [Contrast("trade", "卖方", "buyer")]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Sales rose.", "销售额上升。"),
        ("Sales fell.", "Costs rose and sales fell."),
        ("The seller pays.", "Payment is due."),
        ("The meeting took place.", "The meeting was on Monday."),
        ("Both buyer and seller sign.", "The buyer signs."),
        ("员工的子女可入园", "男女员工均可申请"),
        ("The foreman signs.", "The women sign."),
    ],
)
def test_what_both_name_or_only_one_names_is_no_difference(claim: str, source: str) -> None:
    assert contrasts(claim, [source]) == []


def test_a_header_may_say_which_member_is_meant() -> None:
    claim = "Domestic sales rose."

    assert contrasts(claim, ["Sales rose.", "Report › Domestic business"]) == []
    assert [found.of for found in contrasts(claim, ["Sales rose.", "Report › Overseas business"])] == ["market"]

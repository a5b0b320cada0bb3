from __future__ import annotations

import pytest

from rag.text.name_comparison import OtherName, other_names


def other(claim: str, *quotes: str, header: str = "") -> list[OtherName]:
    return other_names(claim, quotes, [header] if header else [])


@pytest.mark.parametrize(
    ("claim", "quote", "claimed", "stated"),
    [
        ("It goes to Northgate Foods.", "It goes to Meridian Foods.", "Northgate", "Meridian"),
        ("审计由毕马威负责", "审计由德勤负责", "毕马威", "德勤"),
        ("大连工厂关闭", "青岛工厂关闭", "大连", "青岛"),
        ("昆明的新仓库", "a new warehouse in Chengdu", "昆明", "chengdu"),
        ("The plant is in Dresden.", "工厂位于莱比锡", "dresden", "莱比锡"),
        ("项目经理是李建国", "Wang Lixin is the project manager", "李建国", "Wang Lixin"),
        ("It is led by Wang Lixin.", "由李建国负责", "Wang Lixin", "李建国"),
        ("由Northgate Foods供货", "Meridian Foods delivers", "Northgate", "Meridian"),
    ],
)
def test_another_name_in_its_place(claim: str, quote: str, claimed: str, stated: str) -> None:
    assert OtherName(claimed, stated) in other(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("It goes to Meridian Foods.", "Meridian Foods gets it."),
        ("大连工厂", "the plant in Dalian"),
        ("The Osaka office moves.", "大阪办事处搬迁"),
        ("由王立新负责", "led by Lixin Wang"),
        ("德国的工厂", "German plants and those in Paris"),
        ("工行的贷款", "中国工商银行的贷款"),
        ("由霍夫曼负责", "Maria Hoffmann is in charge"),
        ("恒泰物流投保", "Hengtai Logistics insures"),
        ("HR approves it.", "The Human Resources Department of Zenith approves it."),
        ("员工享有年假", "Employees of Acme have leave"),
        ("", ""),
    ],
)
def test_the_same_name_or_one_that_cannot_be_compared(claim: str, quote: str) -> None:
    assert other(claim, quote) == []


def test_a_header_holds_names_and_names_no_rival() -> None:
    claim = "Zenith pays a bonus: so says Zenith Foods."

    assert other(claim, "A bonus is paid.", header="Zenith Foods › Pay") == []
    assert other(claim, "A bonus is paid.", header="Meridian Foods › Pay") == [OtherName("Zenith")]

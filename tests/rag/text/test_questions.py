from __future__ import annotations

import pytest

from rag.text.quantities import quantities
from rag.text.questions import answers_in_kind, asks_for_several, asks_to_choose, asks_to_count


@pytest.mark.parametrize(
    ("question", "chooses"),
    [
        ("Did Acme buy Beta in 2019?", True),
        ("According to the report, is the plant open?", True),
        ("Which is older, Acme or Beta?", True),
        ("Whose profit was higher?", True),
        ("A公司和B公司谁的利润更高？", True),
        ("A公司是否收购了B公司？", True),
        ("甲和乙分别在哪里工作？", True),
        ("Who leads Acme?", False),
        ("When did Acme open?", False),
        ("谁是公司的总经理？", False),
        ("公司成立于哪一年？", False),
    ],
)
def test_some_questions_are_answered_with_their_own_words(question: str, chooses: bool) -> None:
    assert asks_to_choose(question) is chooses


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("How did the debt restructuring improve profits?", True),
        ("What are the duties of a guard?", True),
        ("Why was it closed?", True),
        ("公司如何提升竞争力？", True),
        ("请总结治疗方案。", True),
        ("有哪些证据？", True),
        ("How many guards are there?", False),
        ("Who leads Acme?", False),
        ("公司成立于哪一年？", False),
    ],
)
def test_some_questions_ask_for_an_account(question: str, several: bool) -> None:
    assert asks_for_several(question) is several


@pytest.mark.parametrize(
    ("question", "told", "fits"),
    [
        ("How many guards are there?", "There are 12 guards.", True),
        ("How many guards are there?", "There are some guards.", False),
        ("What percentage was bought?", "In January 2019 a share was bought.", False),
        ("When did it open?", "It opened in May.", True),
        ("When did it open?", "In 2017, it opened.", True),
        ("When did it open?", "It opened with 5% more staff.", False),
        ("社区投资额是多少？", "社区投资额为500万元。", True),
        ("社区投资额是多少？", "公司重视社区投资。", False),
        ("何时开业？", "2019年3月开业。", True),
        ("Who leads Acme?", "J. Smith does.", True),
    ],
)
def test_an_amount_is_answered_with_an_amount_and_a_date_with_a_date(question: str, told: str, fits: bool) -> None:
    assert answers_in_kind(question, quantities(told)) is fits


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("How many guards are there?", True),
        ("一共有多少份证据？", True),
        ("做了几项检查？", True),
        ("How much is it?", False),
        ("利润是多少？", False),
        ("几月开业？", False),
    ],
)
def test_some_questions_ask_to_count(question: str, counts: bool) -> None:
    assert asks_to_count(question) is counts

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from rag.documents import Passage, Span
from rag.retrieval.fusion import Candidate
from rag.retrieval.rivals import BEHIND, behind_rivals, is_of_a_rival
from rag.store.listings import LiveVersion

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def rivals(question: str, **texts: tuple[str, str]) -> set[str]:
    """Which versions were put behind; each is given as its title and the text of its one passage."""

    async def read(version_ids: Collection[str]) -> Mapping[str, str]:
        return {version_id: texts[version_id][1] for version_id in version_ids}

    live = {version_id: LiveVersion(version_id, title, "") for version_id, (title, _) in texts.items()}
    candidates = [
        Candidate(Passage(f"p-{name}", name, name, "c", Span(0, len(text)), "", "en"), 0.5, 0.1)
        for name, (_, text) in texts.items()
    ]
    found = await behind_rivals(question, candidates, live, read)
    assert [each.passage for each in found] == [each.passage for each in candidates]
    assert {each.behind for each in found} <= {0.0, BEHIND}
    return {each.passage.version_id for each in found if each.behind}


@pytest.mark.parametrize(
    ("question", "asked", "other"),
    [
        ("旅游乐园有限公司2020年为何更换董事？", "旅游乐园有限公司", "蓝天旅游有限公司"),
        ("《考勤管理制度》怎样规定迟到？", "《考勤管理制度》", "《安全管理制度》"),
        ("How did Acme Tools Ltd. cut its costs?", "Acme Tools Ltd.", "Borel Motors Ltd"),
        ("What is the rated power of the QW-300?", "QW-300 manual", "QW-200 manual"),
    ],
)
async def test_another_of_the_kind_stands_back(question: str, asked: str, other: str) -> None:
    assert await rivals(question, a=(asked, "Text."), b=(other, "Text.")) == {"b"}


async def test_the_candidate_says_why() -> None:
    passage = Passage("p", "d", "v", "c", Span(0, 1), "", "en")

    behind = Candidate(passage, 0.5, 0.1, behind=BEHIND)

    assert behind.score == pytest.approx(0.6 - BEHIND)
    assert behind.why == {"dense": 0.5, "lexical": 0.1, "rival": -BEHIND}


async def test_a_document_that_names_what_is_asked_for_in_its_text_stays() -> None:
    question = "旅游乐园有限公司的股东是谁？"

    assert not await rivals(
        question, a=("旅游乐园有限公司", "甲"), b=("蓝天旅游有限公司", "持有旅游乐园有限公司股份。")
    )


async def test_a_comparison_keeps_both_and_puts_a_third_behind() -> None:
    question = "比较蓝天旅游有限公司和银河食品有限公司的净利润。"
    found = {"a": ("蓝天旅游有限公司", "甲"), "b": ("银河食品有限公司", "乙"), "c": ("东方家居有限公司", "丙")}

    assert await rivals(question, **found) == {"c"}


async def test_of_one_hospital_the_other_patient_stays_and_the_other_hospital_goes() -> None:
    """Family names with 某某 have no ending that tells what they are of."""
    question = "根据暮光市人民医院的病历，秦某某的血压是多少？"
    found = {"a": ("暮光市人民医院_秦某某", "甲"), "b": ("暮光市人民医院", "乙"), "c": ("晨曦市人民医院_赵某某", "丙")}

    assert await rivals(question, **found) == {"c"}


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("How many days of leave does Acme Tools grant?", "Press release of Acme Tools", "Employee Handbook"),
        ("蓝天旅游有限公司的年假有几天？", "蓝天旅游有限公司新闻稿", "员工手册"),
        ("蓝天旅游有限公司的年假有几天？", "蓝天旅游有限公司", "Galaxy Foods Ltd."),
        ("蓝天旅游公司的年假有几天？", "蓝天旅游公司", "蓝天旅游有限公司"),
        ("How long is the warranty?", "Acme Tools Ltd.", "Borel Motors Ltd."),
        ("旅游乐园有限公司的股东是谁？", "蓝天旅游有限公司", "东方家居有限公司"),
    ],
    ids=["no-name-of-the-kind", "no-name", "other-language", "in-full", "no-name-asked", "nobody-has-it"],
)
async def test_what_may_answer_stays(question: str, first: str, second: str) -> None:
    assert not await rivals(question, a=(first, "Text."), b=(second, "Text."))


async def test_nothing_found_stays_nothing() -> None:
    assert await rivals("旅游乐园有限公司的股东是谁？") == set()


@pytest.mark.parametrize(
    ("question", "title", "text", "is_rival"),
    [
        ("QW-400 的主机重量是多少？", "QW-300 使用手册", "主机重量为 11.5 kg。", True),
        ("QW-400 的主机重量是多少？", "QW-300 使用手册", "QW-400 重 12 kg。", False),
        ("QW-300 的功耗比 QW-200 高多少？", "QW-300 使用手册", "最大功耗为 35 W。", False),
        ("主机重量是多少？", "QW-300 使用手册", "主机重量为 11.5 kg。", False),
        ("Who leads Borel Motors Ltd.?", "Acme Tools Ltd.", "It is led by J. Doe.", True),
    ],
)
def test_a_text_of_a_rival_answers_nothing(question: str, title: str, text: str, is_rival: bool) -> None:
    assert is_of_a_rival(question, title, text) is is_rival

from __future__ import annotations

import re

import pytest

from rag.answering.prompts import NOT_FOUND
from rag.answering.refusals import declines, refusal
from rag.citations import RefusalReason


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_refusal_speaks_the_language_of_the_question(reason: RefusalReason) -> None:
    chinese, english, other = (refusal(reason, language) for language in ("zh", "en", "other"))

    assert re.search("[\u4e00-\u9fff]", chinese.message)
    assert english.message.isascii()
    assert other == english
    assert {chinese.reason, english.reason} == {reason}


def test_each_reason_has_words_of_its_own() -> None:
    assert len({refusal(reason, "zh").message for reason in RefusalReason}) == len(RefusalReason)


@pytest.mark.parametrize("reason", RefusalReason)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_makes_no_claim_and_carries_no_mark(reason: RefusalReason, language: str) -> None:
    message = refusal(reason, "zh" if language == "zh" else "en").message

    assert not re.search(r"[0-9\[\]]", message)


@pytest.mark.parametrize(
    "sentence",
    [
        NOT_FOUND,
        f"{NOT_FOUND}.",
        f" **{NOT_FOUND}**",
        "not found",
        "Not found in the sources.",
        "N/A",
        "I don't know.",
        f"The favourite food of L. Brown is {NOT_FOUND}.",
        "根据资料，蓝某最喜欢的食物是未找到。",
        "The sources do not mention the price.",
        "The source does not say who signed the contract.",
        "The provided text does not contain information about the founder.",
        "The documents don't specify a date.",
        "The information is not provided in the sources.",
        "The information about the founder is not mentioned in the given text.",
        "Information on the price is not available.",
        "The text provides no information on this.",
        "There is no information about the price in the sources.",
        "There is no mention of a founder.",
        "资料中没有提到该公司的创始人。",
        "根据提供的资料，没有提到创始人。",
        "根据上述资料，无法确定合同的金额。",
        "文档未说明。",
        "文中并未提及价格。",
        "资料2中没有关于价格的信息。",
        "在所提供的文档中没有相关内容。",
        "资料没有明确说明日期。",
        "没有提及价格。",
        "没有找到关于创始人的信息。",
        "无法确定。",
        "不知道。",
    ],
)
def test_replies_that_the_sources_do_not_tell(sentence: str) -> None:
    assert declines(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The warranty lasts 24 months.",
        "Not all employees have paid leave.",
        "Information on employees must not be provided to third parties.",
        "Documents that do not contain a signature are void.",
        "The documents are not included in the price of the course.",
        "The text of the treaty was not published until 1921.",
        "There is no information desk on the second floor.",
        "The source of the river was not found until 1858, when Speke reached the lake.",
        "Sources close to the board say that nothing was decided.",
        "No employee may accept gifts.",
        "信息系统未经批准不得提供给第三方。",
        "文档未经相关部门批准不得外发。",
        "文档管理员未提供证明时，借阅人可以投诉。",
        "未说明理由的缺勤视为旷工。",
        "无法确定责任的，由双方各承担一半。",
        "没有相关经验的员工须参加培训。",
        "信息部没有副经理。",
        "资料费为50元。",
        "",
    ],
)
def test_answers_that_speak_of_documents_and_of_what_is_not(sentence: str) -> None:
    assert not declines(sentence)

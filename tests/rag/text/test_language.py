from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import LANGUAGES
from rag.text.language import count_scripts, detect_language


@pytest.mark.parametrize(
    "text",
    [
        "年休假有多少天？",
        "Kubernetes 的 HPA 怎么配置?",
        "VPN SSL TLS 配置",
        "《The Lord of the Rings》的作者是谁?",
        "HR-2024-07 規定了什麼",
        "優の良品 门店在哪里",
        "GPT-4 API 限流",
    ],
)
def test_han_is_chinese_also_among_latin_names_and_codes(text: str) -> None:
    assert detect_language(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "How many days of annual leave?",
        "The company Huawei (华为) was founded in Shenzhen.",
        "How does 中华人民共和国劳动合同法 define working time?",
        "What does 的 mean?",
        "α and β in the equation of state",
        "ＦＵＬＬ width",
    ],
)
def test_latin_is_english_also_around_chinese_names(text: str) -> None:
    assert detect_language(text) == "en"


@pytest.mark.parametrize("text", ["東京都の人口は何人", "Привет, как дела?", "안녕하세요", "สวัสดี", "مرحبا"])
def test_other_scripts_are_other(text: str) -> None:
    assert detect_language(text) == "other"


@pytest.mark.parametrize("text", ["", "2024", "3.14 %", "？！", "  \n"])
def test_a_text_without_letters_takes_the_default(text: str) -> None:
    assert detect_language(text) == "other"
    assert detect_language(text, default="zh") == "zh"


def test_scripts_are_counted_in_characters_and_latin_in_words() -> None:
    assert count_scripts("用 Python 写ひらがя") == (2, 3, 1, 1)


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert detect_language(text) in LANGUAGES

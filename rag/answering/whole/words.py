"""What readers of summaries and comparisons are told, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rag.documents import Language

_NOTICES: Final[Mapping[str, tuple[str, str]]] = {
    "unavailable": (
        "The chat model did not answer, so these are the document's own sentences.",
        "对话模型没有响应，以下为文档原句。",
    ),
    "unsupported": (
        "The chat model wrote nothing that the document supports, so these are the document's own sentences.",
        "对话模型未写出有文档支持的内容，以下为文档原句。",
    ),
    "left_out": (
        "{read} of {parts} parts of the document were read; the others are left out.",
        "文档共 {parts} 部分，已阅读 {read} 部分，其余未计入。",
    ),
    "nearest_parts": (
        "The documents are long: the {one} and {other} passages nearest to one another were compared.",
        "文档较长：只比较了最相近的段落（{one} 段与 {other} 段）。",
    ),
    "nothing_alike": (
        "No sentence of the one document is close to one of the other.",
        "两份文档中没有相近的句子。",
    ),
    "own_language": (
        "The document's sentences are shown in its own language.",
        "原句以文档本身的语言显示。",
    ),
}


def say(name: str, language: Language, **blanks: object) -> str:
    english, chinese = _NOTICES[name]
    return (chinese if language == "zh" else english).format(**blanks)

"""What readers of an answer are told about how it came to be, in both languages."""

from __future__ import annotations

from enum import Enum

from rag.documents import Language


class Notice(Enum):
    """English and Chinese."""

    EXTRACTS_INSTEAD = (
        "The chat model did not answer, so these are the documents' own sentences.",
        "对话模型没有响应，以下为文档原句。",
    )
    EXTRACTS_FOR_LANGUAGE = (
        "The chat model answered in another language, so these are the documents' own sentences.",
        "对话模型未用中文回答，以下为文档原句。",
    )
    EXTRACTS_FOR_SUPPORT = (
        "The chat model gave no answer that the documents support, so these are the documents' own sentences.",
        "对话模型未给出有文档支持的回答，以下为文档原句。",
    )
    COMPLETED = (
        "The last sentences are the documents' own: they belong to the answer, and the chat model left them out.",
        "末尾几句为文档原句：它们属于答案的一部分，而对话模型未写出。",
    )

    def text(self, language: Language) -> str:
        english, chinese = self.value
        return chinese if language == "zh" else english

"""Saying that the documents do not tell: when, why, and in which words."""

from __future__ import annotations

import re

from rag.answering.prompts import NOT_FOUND
from rag.citations import Refusal, RefusalReason
from rag.documents import Language

_MESSAGES: dict[RefusalReason, tuple[str, str]] = {
    RefusalReason.NO_DOCUMENTS: (
        "There are no documents to answer from yet. Add some first.",
        "目前还没有可供回答的文档，请先添加文档。",
    ),
    RefusalReason.NO_EVIDENCE: (
        "The documents do not tell. The nearest passages are listed, but none of them answers the question.",
        "文档中没有说明。下面列出了最接近的段落，但都没有回答这个问题。",
    ),
    RefusalReason.MODEL_DECLINED: (
        "The documents do not tell. The nearest passages were read and found not to answer the question.",
        "文档中没有说明。已阅读最接近的段落，其中没有该问题的答案。",
    ),
    RefusalReason.UNSUPPORTED_ANSWER: (
        "The documents do not tell. An answer was written, but no passage supports it, so it is not shown.",
        "文档中没有说明。曾拟出一个回答，但没有段落支持它，因此不予显示。",
    ),
}

# What small instruct models write in place of the sentinel, from the replies of Qwen2.5 0.5B and 1.5B to dev questions.
_DECLINED = re.compile(
    r"^\W*(?:" + re.escape(NOT_FOUND) + r"|not[ _]found|n/?a\b|i (?:do not|don't) know"
    r"|(?:the )?(?:sources?|documents?|text|information)[^.]{0,40}(?:do(?:es)? not|doesn't|don't|no\b|not)"
    r"[^.]{0,30}(?:mention|say|state|provide|contain|specif|found|include|information)"
    r"|there is no (?:information|mention)"
    r"|(?:根据|在)?(?:所?提供的|上述|给定的|现有)?(?:资料|文档|文中|信息)[^。，]{0,20}(?:没有|未|并未|无)[^。]{0,12}(?:提及|提到|说明|提供|记载|涉及|相关)"
    r"|(?:没有|未)(?:提及|提到|说明|找到|相关)|无法(?:回答|确定|得知)|不知道)",
    re.IGNORECASE,
)


def refusal(reason: RefusalReason, language: Language) -> Refusal:
    english, chinese = _MESSAGES[reason]
    return Refusal(reason, chinese if language == "zh" else english)


def declines(reply: str) -> bool:
    """Whether a reply, or its beginning, says that the sources do not tell."""
    return bool(_DECLINED.match(reply.strip()))

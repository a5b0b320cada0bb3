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
# A rule about documents ("information must not be provided", 未经相关部门批准) is an answer, so the subject stands
# right before the negation, and the negation right before its verb.
_ENGLISH_DECLINES = r"""
    i\ (?:do\ not|don't)\ know | n/?a\b | (?:.*\b(?:is|are|was)\ )?not[ _]found\b(?=\W*$|\ in\b)
  | there\ is\ no\ (?:information|mention)(?=\W*$|\ (?:about|on|of|in|regarding|for|given|provided|available|that)\b)
  | (?:the\ )?(?:(?:provided|given|above|available)\ )?(?:sources?|documents?|text|context|passages?|information)
    (?:(?!\b(?:that|which|who|must|shall|should|may|can|cannot|will|without)\b)[^.]){0,40}?\ (?:
      (?:do(?:es)?\ not|don't|doesn't)\ [^.]{0,20}?(?:mention|say|state|provide|contain|specify|include|give|tell)\b
    | (?:is|are|was|were)(?:\ not|n't)\ [^.]{0,20}?
      (?:mentioned|stated|provided|contained|specified|found|given|available)
      (?:\ [^.]{0,20}\b(?:sources?|documents?|text|context|passages?))?\W*$
    | (?:ha(?:s|ve)|contains?|provides?|gives?)\ no\ (?:information|mention)\b
    )
"""
_CHINESE_DECLINES = r"""
    (?:根据|在|从)?(?:所?提供的|所给的?|上述|给定的|现有)?(?:资料|文档|文中|原文|信息|文本)(?:\s?[0-9]{1,2})?
    (?:中|里|内)?(?:的内容)?[，,]?\s?(?:并|都|均)?(?:
      (?:没有|未|并未|未能)(?:明确|具体|直接)?(?:提及|提到|说明|提供|记载|涉及|写明|给出|指出|包含|找到)
    | (?:没有|无)[^。]{0,30}(?:信息|资料|内容|说明|记载|答案|提及)\W*$ | 无(?:法|从)(?:回答|确定|得知|判断)
    )
  | (?:没有|未)(?:提及|提到|说明|找到|相关)(?:[^的]{0,20}|.*(?:信息|资料|内容|说明|记载|答案))\W*$
  | 无法(?:回答|确定|得知)[^的]{0,20}$ | 我?不知道 | .*[是为]\s?(?:未找到|not[_ ]found)\W*$
"""
_DECLINES = re.compile(
    rf"\W*(?:{re.escape(NOT_FOUND)}|{_ENGLISH_DECLINES}|{_CHINESE_DECLINES})", re.IGNORECASE | re.VERBOSE
)


def refusal(reason: RefusalReason, language: Language) -> Refusal:
    english, chinese = _MESSAGES[reason]
    return Refusal(reason, chinese if language == "zh" else english)


def declines(sentence: str) -> bool:
    """Whether a sentence of a reply says that the sources do not tell, rather than what they tell."""
    return bool(_DECLINES.match(sentence.strip()))

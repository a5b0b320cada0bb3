"""A candidate sentence → a question that it answers, as the chat model words it, where that passes a few checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rag.answering.prompts import inert
from rag.documents import Language
from rag.evaluation.answer_measures import char_f1, numbers
from rag.evaluation.drafts.candidates import Candidate
from rag.evaluation.matching import letters
from rag.models.chat import ChatModel, GenerationOptions, Message
from rag.text.language import detect_language

DraftLanguage = Literal["en", "zh"]
_LABELS = {"en": ("Title", "Text", "Fact"), "zh": ("标题", "正文", "事实")}
_REPLY = re.compile(
    r"\s*(?:Question|问题)\s*[:：]\s*(?P<question>[^\n]+[?？])\s*\n+\s*(?:Answer|答案)\s*[:：]\s*(?P<answer>[^\n]+)"
)
_POINTS_AT_NOTHING = re.compile(
    r"\b(?:the|this) (?:document|text|passage|fact|sentence|above)\b|文中|文档|上述|该事实|本文", re.IGNORECASE
)
_MOST_TOKENS = 160
_MOST_QUESTION = 240
_COPIED = 0.8


async def draft(candidate: Candidate, chat: ChatModel, language: DraftLanguage) -> Mapping[str, Any] | None:
    """A record of a question without its id, or None for a reply that is of no use. Raises ChatUnavailable."""
    options = GenerationOptions(max_tokens=_MOST_TOKENS)
    written = chat.stream(draft_messages(candidate, language), options)
    reply = "".join([delta.text async for delta in written])
    return read_reply(reply, candidate, language)


def draft_messages(candidate: Candidate, language: DraftLanguage) -> list[Message]:
    title, text, fact = _LABELS[language]
    shown = (
        f"{title}: {inert(candidate.source.title)}\n{text}: {inert(candidate.around)}\n{fact}: {inert(candidate.fact)}"
    )
    return [Message("system", _rules(language)), Message("user", shown)]


def read_reply(reply: str, candidate: Candidate, language: DraftLanguage) -> Mapping[str, Any] | None:
    """Kept if it asks in the language wanted, stands by itself, is no copy, and its answer stands in the fact."""
    match = _REPLY.match(reply)
    if match is None:
        return None
    question, answer = match["question"].strip(), match["answer"].strip()
    if not _is_question(question, candidate.fact, language) or not _is_told(answer, candidate, language):
        return None
    return {
        "query": question,
        "lang": language,
        "type": "draft" if language == candidate.language else "draft-cross",
        "gold": [candidate.source.name],
        "evidence": [candidate.fact],
        "answers": [answer],
        "answerable": True,
        "reviewed": False,
    }


def _is_question(question: str, fact: str, language: Language) -> bool:
    return (
        len(question) <= _MOST_QUESTION
        and detect_language(question) == language
        and not _POINTS_AT_NOTHING.search(question)
        and char_f1(question, fact) < _COPIED
    )


def _is_told(answer: str, candidate: Candidate, language: DraftLanguage) -> bool:
    """Word for word in the fact's own language; across languages, what can be told is that no number is invented."""
    if language == candidate.language:
        return bool(letters(answer)) and letters(answer) in letters(candidate.fact)
    return numbers(answer) <= numbers(candidate.fact)


@cache
def _rules(language: DraftLanguage) -> str:
    return files("rag.evaluation.drafts").joinpath(f"draft.{language}.txt").read_text(encoding="utf-8").strip()

"""The words that the chat model is given. Prompts are data: the texts beside this file, by language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from rag.answering.packing import as_source
from rag.documents import Language, ScoredPassage
from rag.models.chat import Message

NOT_FOUND = "NOT_FOUND"
"""What the model writes when the sources do not tell; shared by prompt, code and tests."""

_LABELS = {"en": ("Source", "Question"), "zh": ("资料", "问题")}
_TAG = re.compile(r"</?\s*(?:sources?|question)\b[^>]*>", re.IGNORECASE)
_MARK = re.compile(r"\[\s*(\d{1,3})\s*\]")


def answer_messages(question: str, language: Language, sources: Sequence[ScoredPassage]) -> list[Message]:
    """The request for an answer: rules, sources, question, in that order, so that the rules' prefix stays the same."""
    key = "zh" if language == "zh" else "en"
    label, asked = _LABELS[key]
    shown = "\n\n".join(f"[{label} {n}] {inert(as_source(s))}" for n, s in enumerate(sources, start=1))
    user = f"<sources>\n{shown}\n</sources>\n\n{asked}: {inert(question)}"
    return [Message("system", _rules(key)), Message("user", user)]


def inert(text: str) -> str:
    """Text of a document without what could pass for ours: our delimiters, and marks like `[7]`."""
    return _MARK.sub(r"(\1)", _TAG.sub("", text))


@cache
def _rules(language: str) -> str:
    text = files("rag.answering.prompts").joinpath(f"answer.{language}.txt").read_text(encoding="utf-8")
    return text.format(not_found=NOT_FOUND).strip()

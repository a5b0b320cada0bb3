"""The words that the chat model is given. Prompts are data: the texts beside this file, by language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from rag.answering.packing import as_source, blocks
from rag.documents import Language, ScoredPassage
from rag.models.chat import Message

NOT_FOUND = "NOT_FOUND"
"""What the model writes when the sources do not tell; shared by prompt, code and tests."""

_LABELS = {"en": ("Source", "Question"), "zh": ("资料", "问题")}
_SPEAKERS = {"en": ("Question", "Answer", "Last question"), "zh": ("问题", "回答", "最后一个问题")}
_IN_LANGUAGE = {"en": "Answer in English.", "zh": "请用中文回答。"}
_ONLY_IN_LANGUAGE = {
    "en": "Write every word of the answer in English, also where the sources are in another language.",
    "zh": "回答的每个字都必须是中文，即使资料是其他语言。",
}
_OPENING = re.compile(r"<(?=\s*/?\s*(?:sources?|question)\b|\s*\|)", re.IGNORECASE)
"""What begins our delimiters, or a control token of a chat template such as `<|im_end|>`. It is replaced rather than
the whole taken out: what is left around a removed tag may close up to another."""
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\s?\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\s?\(((?:[a-z]+:)?//[^()\s]*)[^()\n]*\)", re.IGNORECASE)
_MARK = re.compile(r"\[\s*((?:source|资料)?\s*\d{1,3})\s*\]", re.IGNORECASE)


def answer_messages(
    question: str, language: Language, sources: Sequence[ScoredPassage], *, insisting: bool = False
) -> list[Message]:
    """The request for an answer: rules, sources, question, in that order, so that the rules' prefix stays the same.

    `insisting` is for a model that answered in another language before.
    """
    closing = (_ONLY_IN_LANGUAGE if insisting else _IN_LANGUAGE)[_key(language)]
    return _messages(question, language, sources, closing)


def judging_messages(question: str, language: Language, sources: Sequence[ScoredPassage]) -> list[Message]:
    """The question whether the sources answer the question, behind questions that were judged before: a small model
    learns from these what "explicitly" means, and one that keeps what it read pays for them once.
    """
    told = _examples(_key(language))
    messages = [Message("system", told["instructions"])]
    for example in told["examples"]:
        shown = _numbered([example["source"].strip()], language)
        messages += [
            Message("user", _asked(shown, example["question"], language)),
            Message("assistant", example["reply"]),
        ]
    return [*messages, Message("user", _asked(_shown(sources, language), question, language))]


def condensing_messages(exchanges: Sequence[tuple[str, str]], question: str, language: Language) -> list[Message]:
    """The request to make a follow-up stand alone; `exchanges` are earlier questions and the beginnings of their
    answers, which are empty where they were refused.
    """
    asked, answered, last = _SPEAKERS[_key(language)]
    lines = [
        f"{label}: {inert(text)}"
        for pair in exchanges
        for label, text in zip((asked, answered), pair, strict=True)
        if text
    ]
    user = "\n".join([*lines, f"{last}: {inert(question)}"])
    return [Message("system", _text(f"condense.{_key(language)}.txt")), Message("user", user)]


def _messages(question: str, language: Language, sources: Sequence[ScoredPassage], closing: str) -> list[Message]:
    user = f"{_asked(_shown(sources, language), question, language)}\n\n{closing}"
    return [Message("system", _text(f"answer.{_key(language)}.txt").format(not_found=NOT_FOUND)), Message("user", user)]


def _asked(shown: str, question: str, language: Language) -> str:
    _, asked = _LABELS[_key(language)]
    return f"<sources>\n{shown}\n</sources>\n\n{asked}: {inert(question)}"


def _shown(sources: Sequence[ScoredPassage], language: Language) -> str:
    return _numbered([inert(as_source(block)) for block in blocks(sources)], language)


def _numbered(texts: Sequence[str], language: Language) -> str:
    label, _ = _LABELS[_key(language)]
    return "\n\n".join(f"[{label} {n}] {text}" for n, text in enumerate(texts, start=1))


def _key(language: Language) -> str:
    return "zh" if language == "zh" else "en"


def inert(text: str) -> str:
    """Text of a document without what could pass for ours: delimiters, control tokens, labels and marks."""
    return without_marks(_OPENING.sub("‹", text))


def without_marks(text: str) -> str:
    """Text in which `[7]` is `(7)`: in an answer, and in a prompt, marks are ours. Nor has it images, which a reader's
    screen would fetch, or links that hide where they lead.
    """
    return _MARK.sub(r"(\1)", _LINK.sub(r"\1 (\2)", _IMAGE.sub(r"\1", text)))


@cache
def _text(name: str) -> str:
    return files("rag.answering.prompts").joinpath(name).read_text(encoding="utf-8").strip()


@cache
def _examples(language: str) -> Mapping[str, Any]:
    return tomllib.loads(_text(f"judge.{language}.toml"))

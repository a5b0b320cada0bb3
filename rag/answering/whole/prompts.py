"""What a chat model is asked for when it summarises. The words are in rag/answering/prompts, by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from rag.answering.packing import as_source
from rag.answering.prompts import inert
from rag.answering.whole.parts import Part, shown_sections
from rag.documents import Language
from rag.models.chat import Message

_CLOSING = {"en": "Write the summary in English.", "zh": "请用中文写出摘要。"}


def part_messages(part: Part, language: Language, most: int) -> list[Message]:
    """The request for the sentences of one part."""
    return _messages("part", "\n\n".join(as_source(section) for section in shown_sections(part)), language, most)


def whole_messages(notes: Mapping[str, Sequence[str]], language: Language, most: int) -> list[Message]:
    """The request for a summary of what was noted, under the headings that it was noted of."""
    shown = "\n\n".join("\n".join([heading, *sentences]) for heading, sentences in notes.items())
    return _messages("whole", shown, language, most)


def _messages(name: str, text: str, language: Language, most: int) -> list[Message]:
    key = "zh" if language == "zh" else "en"
    user = f"<sources>\n{inert(text)}\n</sources>\n\n{_CLOSING[key]}"
    return [Message("system", _text(f"{name}.{key}.txt").format(most=most)), Message("user", user)]


@cache
def _text(name: str) -> str:
    return files("rag.answering.prompts").joinpath(name).read_text(encoding="utf-8").strip()

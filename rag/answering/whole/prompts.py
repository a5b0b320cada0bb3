"""What a chat model is asked for when it summarises. The words are in rag/answering/prompts, by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from rag.answering.packing import as_source, blocks
from rag.answering.prompts import inert
from rag.answering.whole.parts import Part, shown_sections
from rag.documents import Language, ScoredPassage
from rag.models.chat import Message

_CLOSING = (
    {"en": "Write the summary in English.", "zh": "请用中文写出摘要。"},
    {"en": "Write the comparison in English.", "zh": "请用中文写出比较结果。"},
)
"""Of a summary, and of a comparison."""
_ASKED = {"en": "Compare them in this respect", "zh": "请就以下方面进行比较"}


def part_messages(part: Part, language: Language, most: int) -> list[Message]:
    """The request for the sentences of one part."""
    return _messages("part", "\n\n".join(as_source(section) for section in shown_sections(part)), language, most)


def whole_messages(notes: Mapping[str, Sequence[str]], language: Language, most: int) -> list[Message]:
    """The request for a summary of what was noted, under the headings that it was noted of."""
    shown = "\n\n".join("\n".join([heading, *sentences]) for heading, sentences in notes.items())
    return _messages("whole", shown, language, most)


def comparing_messages(
    sides: Mapping[str, Sequence[ScoredPassage]], question: str, language: Language, most: int
) -> list[Message]:
    """The request for a comparison of two documents, by the letters of the rules; `question` may narrow it."""
    shown = "\n\n".join(
        f"{letter}: " + "\n\n".join(as_source(block) for block in blocks(passages))
        for letter, passages in sides.items()
    )
    return _messages("compare", shown, language, most, question)


def _messages(name: str, text: str, language: Language, most: int, question: str = "") -> list[Message]:
    key = "zh" if language == "zh" else "en"
    asked = f"{_ASKED[key]}: {inert(question)}\n\n" if question else ""
    user = f"<sources>\n{inert(text)}\n</sources>\n\n{asked}{_CLOSING[name == 'compare'][key]}"
    return [Message("system", _text(f"{name}.{key}.txt").format(most=most)), Message("user", user)]


@cache
def _text(name: str) -> str:
    return files("rag.answering.prompts").joinpath(name).read_text(encoding="utf-8").strip()

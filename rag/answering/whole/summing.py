"""What is known of one summary while it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.answering.draft import Draft
from rag.answering.whole.reading import WholeDocument
from rag.answering.whole.records import Coverage, SummaryLength
from rag.answering.whole.words import say
from rag.citations import AnswerMode, SentenceSupport, Usage
from rag.documents import Language


@dataclass
class Summing:
    """`started` is by the summarizer's clock. `dropped` are sentences of parts; the draft has those of the summary."""

    document: WholeDocument
    length: SummaryLength
    language: Language
    started: float
    draft: Draft = field(default_factory=Draft)
    dropped: list[SentenceSupport] = field(default_factory=list)
    mode: AnswerMode = AnswerMode.GENERATED
    coverage: Coverage | None = None
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)

    def notice(self, name: str, **blanks: object) -> None:
        self.notices.append(say(name, self.language, **blanks))

    def spend(self, usage: Usage) -> None:
        self.usage = Usage(
            self.usage.prompt_tokens + usage.prompt_tokens, self.usage.completion_tokens + usage.completion_tokens
        )

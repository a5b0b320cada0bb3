"""What we understand of a file, without keeping it: the reading that ingestion does, for people to look at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.parsing.records import OnPage, PageRead, ParseLimits, Recognition, unheard
from ingest.parsing.sandbox import ParserPool
from ingest.quality import judge, measure
from rag.documents import Attachment, Element, ParsedDocument, Quality
from rag.errors import FileRejected
from rag.settings import QualitySettings, Settings

__all__ = ["Inspection", "OnPage", "PageRead", "inspect"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """`refusal` says why, where ingestion would not index the text. `attachments` would be documents of their own."""

    media_type: str
    document: ParsedDocument
    quality: Quality
    refusal: FileRejected | None
    attachments: tuple[Attachment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values: text, elements with their own text, pages, quality."""
        document = self.document
        return {
            "media_type": self.media_type,
            "parser": document.parser,
            "title": document.title,
            "warnings": list(document.warnings),
            "quality": asdict(self.quality),
            "refusal": None if self.refusal is None else {"code": self.refusal.code, "message": str(self.refusal)},
            "pages": [
                {**page._asdict(), "span": list(page.span), "characters": page.span.end - page.span.start}
                for page in document.pages
            ],
            "attachments": [
                {"name": one.name, "size_bytes": None if one.content is None else len(one.content)}
                for one in self.attachments
            ],
            "elements": [_element(element, document.text) for element in document.elements],
            "text": document.text,
        }


async def inspect(path: Path, settings: Settings, on_page: OnPage = unheard) -> Inspection:
    """Read a file in a bounded process, as ingestion would. Raises the leaves of FileRejected."""
    recognition = Recognition.of(settings.ingest, settings.data_dir)
    async with ParserPool(ParseLimits.of(settings.ingest), recognition=recognition) as parsers:
        parsed = await parsers.parse(path, path.name, on_page)
    quality = measure(parsed.document)
    refusal = _refusal(quality, settings.quality)
    return Inspection(parsed.media_type, parsed.document, quality, refusal, parsed.attachments)


def _refusal(quality: Quality, settings: QualitySettings) -> FileRejected | None:
    try:
        judge(quality, settings)
    except FileRejected as refusal:
        return refusal
    return None


def _element(element: Element, text: str) -> dict[str, Any]:
    return {
        "kind": element.kind.value,
        "page": element.page,
        "heading_path": list(element.heading_path),
        "span": list(element.span),
        "header": list(element.header) if element.header else None,
        "text": element.span.of(text),
    }

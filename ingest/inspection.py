"""What we understand of a file, without keeping it: the reading that ingestion does, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.parsing.records import OnPage, ParseLimits, Recognition, unheard
from ingest.parsing.sandbox import ParserPool
from ingest.quality import Quality, judge
from rag.documents import Element, ParsedDocument
from rag.errors import FileRejected
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Inspection:
    """`quality` is None and `refusal` says why where ingestion would not index the text."""

    media_type: str
    document: ParsedDocument
    quality: Quality | None
    refusal: FileRejected | None

    def to_json(self) -> dict[str, Any]:
        """Plain values: text, elements with their own text, pages, quality."""
        document = self.document
        return {
            "media_type": self.media_type,
            "parser": document.parser,
            "title": document.title,
            "warnings": list(document.warnings),
            "quality": None if self.quality is None else _fields(self.quality),
            "refusal": None if self.refusal is None else {"code": self.refusal.code, "message": str(self.refusal)},
            "pages": [
                {**page._asdict(), "span": list(page.span), "characters": page.span.end - page.span.start}
                for page in document.pages
            ],
            "elements": [_element(element, document.text) for element in document.elements],
            "text": document.text,
        }


async def inspect(path: Path, settings: Settings, on_page: OnPage = unheard) -> Inspection:
    """Read a file in a bounded process, as ingestion would. Raises the leaves of FileRejected."""
    recognition = Recognition.of(settings.ingest, settings.data_dir)
    async with ParserPool(ParseLimits.of(settings.ingest), recognition=recognition) as parsers:
        parsed = await parsers.parse(path, path.name, on_page)
    try:
        return Inspection(parsed.media_type, parsed.document, judge(parsed.document), None)
    except FileRejected as refusal:
        return Inspection(parsed.media_type, parsed.document, None, refusal)


def _fields(quality: Quality) -> dict[str, Any]:
    return {name: getattr(quality, name) for name in quality.__dataclass_fields__}


def _element(element: Element, text: str) -> dict[str, Any]:
    return {
        "kind": element.kind.value,
        "page": element.page,
        "heading_path": list(element.heading_path),
        "span": list(element.span),
        "header": list(element.header) if element.header else None,
        "text": element.span.of(text),
    }

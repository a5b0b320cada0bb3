"""The stored text and structure of versions: written once when parsed, read by every answer that cites it."""

from __future__ import annotations

import gzip
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from rag.documents import Element, ElementKind, Page, ParsedDocument, Span
from rag.store.blobs import BlobStore

Kept = TypeVar("Kept")

CACHED_CHARACTERS = 20_000_000
"""Text kept in memory: some 80 MB at Python's widest, enough for 10,000 office documents of 2,000 characters."""

_STRUCTURE_SHARE = 4
"""Of so many texts, the structure of one is kept too: questions read many texts, and cite few."""

_TEXT_AT = '{"text": '
_STRING = json.JSONDecoder()


class ParsedDocuments:
    """Parsed versions by id, over the blob store. What was read lately stays in memory: it never changes."""

    def __init__(self, blobs: BlobStore, cached_characters: int = CACHED_CHARACTERS) -> None:
        self._blobs = blobs
        self._texts: _Cache[str] = _Cache(cached_characters)
        self._parsed: _Cache[ParsedDocument] = _Cache(cached_characters // _STRUCTURE_SHARE)

    async def put(self, version_id: str, parsed: ParsedDocument, geometry: bytes | None) -> None:
        """Store a version's text, and its character boxes where it has pages."""
        if geometry is not None:
            await self._blobs.put(_geometry_key(version_id), geometry)
        await self._blobs.put(_text_key(version_id), encode(parsed))

    async def get(self, version_id: str) -> ParsedDocument:
        """Raises BlobNotFound for a version that was never parsed or is deleted."""
        known = self._parsed.get(version_id)
        if known is not None:
            return known
        parsed = decode(await self._blobs.get(_text_key(version_id)))
        self._parsed.put(version_id, parsed, len(parsed.text))
        return parsed

    async def text(self, version_id: str) -> str:
        """The text alone, in a fifth of the time. Raises BlobNotFound as `get` does."""
        known = self._texts.get(version_id)
        if known is not None:
            return known
        text = decode_text(await self._blobs.get(_text_key(version_id)))
        self._texts.put(version_id, text, len(text))
        return text

    async def exists(self, version_id: str) -> bool:
        return await self._blobs.exists(_text_key(version_id))

    async def geometry(self, version_id: str) -> bytes | None:
        """The serialised PageGeometry of a version, or None for a format without pages."""
        key = _geometry_key(version_id)
        return await self._blobs.get(key) if await self._blobs.exists(key) else None

    async def delete(self, version_id: str) -> None:
        self._texts.forget(version_id)
        self._parsed.forget(version_id)
        for key in (_text_key(version_id), _geometry_key(version_id)):
            await self._blobs.delete(key)


class _Cache(Generic[Kept]):
    """What was used last, up to so many characters of text; one that is larger is kept until the next comes."""

    def __init__(self, characters: int) -> None:
        self._room = characters
        self._kept: OrderedDict[str, tuple[Kept, int]] = OrderedDict()

    def get(self, version_id: str) -> Kept | None:
        if version_id not in self._kept:
            return None
        self._kept.move_to_end(version_id)
        return self._kept[version_id][0]

    def put(self, version_id: str, kept: Kept, characters: int) -> None:
        self.forget(version_id)
        self._kept[version_id] = (kept, characters)
        self._room -= characters
        while self._room < 0 and len(self._kept) > 1:
            self._room += self._kept.popitem(last=False)[1][1]

    def forget(self, version_id: str) -> None:
        if version_id in self._kept:
            self._room += self._kept.pop(version_id)[1]


def encode(parsed: ParsedDocument) -> bytes:
    """A parsed document as gzipped JSON: readable by any tool, the same bytes each time."""
    record = {
        "text": parsed.text,
        "title": parsed.title,
        "parser": parsed.parser,
        "warnings": list(parsed.warnings),
        "pages": [_page_to_json(page) for page in parsed.pages],
        "elements": [_element_to_json(element) for element in parsed.elements],
    }
    return gzip.compress(json.dumps(record, ensure_ascii=False).encode("utf-8"), compresslevel=6, mtime=0)


def decode(data: bytes) -> ParsedDocument:
    record = json.loads(gzip.decompress(data))
    return ParsedDocument(
        text=record["text"],
        elements=tuple(_element_from_json(element) for element in record["elements"]),
        pages=tuple(_page_from_json(*page) for page in record["pages"]),
        title=record["title"],
        parser=record["parser"],
        warnings=tuple(record["warnings"]),
    )


def decode_text(data: bytes) -> str:
    """The text of an encoded document. It is written first, so that what follows need not be read."""
    record = gzip.decompress(data).decode("utf-8")
    if not record.startswith(_TEXT_AT):
        return decode(data).text
    text: str = _STRING.raw_decode(record, len(_TEXT_AT))[0]
    return text


def _page_to_json(page: Page) -> list[Any]:
    known = [page.number, *page.span, page.width, page.height]
    return known if page.confidence is None else [*known, page.confidence]


def _page_from_json(
    number: int, start: int, end: int, width: float, height: float, confidence: float | None = None
) -> Page:
    return Page(number, Span(start, end), width, height, confidence)


def _element_to_json(element: Element) -> dict[str, Any]:
    return {
        "kind": element.kind.value,
        "span": list(element.span),
        "page": element.page,
        "path": list(element.heading_path),
        "header": list(element.header) if element.header else None,
    }


def _element_from_json(record: Mapping[str, Any]) -> Element:
    return Element(
        kind=ElementKind(record["kind"]),
        span=Span(*record["span"]),
        page=record["page"],
        heading_path=tuple(record["path"]),
        header=Span(*record["header"]) if record["header"] else None,
    )


def _text_key(version_id: str) -> str:
    return f"versions/{version_id}/parsed.json.gz"


def _geometry_key(version_id: str) -> str:
    return f"versions/{version_id}/geometry.npz"

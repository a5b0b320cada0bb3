"""What goes over the pipes to a parser process and back: JSON and bytes, checked by the side that reads.

A frame is two lengths, a JSON object and a blob. Nothing that a parser sends is ever executed: a process that a
hostile file took over can lie about text, and no more.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

from ingest.parsing.media_types import MediaType
from ingest.parsing.records import PageRead, Parsed
from rag.documents import Attachment, Box, Element, ElementKind, Page, ParsedDocument, Span

LENGTHS = struct.Struct(">QQ")


class MalformedReply(Exception):
    """What a parser process sent is no reply."""


def frame(message: dict[str, Any], blob: bytes = b"") -> bytes:
    body = json.dumps(message, ensure_ascii=True, default=str).encode("ascii")
    return LENGTHS.pack(len(body), len(blob)) + body + blob


def lengths(head: bytes, limit_bytes: int) -> tuple[int, int]:
    """The two lengths of a frame. Raises MalformedReply where they say more than `limit_bytes`."""
    body, blob = LENGTHS.unpack(head)
    if body + blob > limit_bytes:
        raise MalformedReply(f"a reply of {body + blob} bytes")
    return body, blob


def message_of(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedReply(str(error)) from None
    if not isinstance(message, dict):
        raise MalformedReply("no object")
    return message


def parsed_to_json(parsed: Parsed) -> dict[str, Any]:
    document = parsed.document
    return {
        "media_type": parsed.media_type,
        "text": document.text,
        "elements": [[e.kind, e.span, e.page, e.heading_path, e.header] for e in document.elements],
        "pages": [list(page) for page in document.pages],
        "title": document.title,
        "parser": document.parser,
        "warnings": document.warnings,
        "geometry_bytes": None if parsed.geometry is None else len(parsed.geometry),
        "attachments": [[one.name, None if one.content is None else len(one.content)] for one in parsed.attachments],
    }


def blob_of(parsed: Parsed) -> bytes:
    """What goes beside the JSON: the geometry, then the attachments' contents."""
    return b"".join([parsed.geometry or b"", *(one.content or b"" for one in parsed.attachments)])


def parsed_from_json(message: dict[str, Any], blob: bytes) -> Parsed:
    """Raises MalformedReply unless every span lies in the text and the elements stand in order."""
    try:
        document = ParsedDocument(
            text=_text(message["text"]),
            elements=tuple(_element(entry) for entry in message["elements"]),
            pages=tuple(_page(entry) for entry in message["pages"]),
            title=None if message["title"] is None else _text(message["title"]),
            parser=_text(message["parser"]),
            warnings=tuple(map(_text, message["warnings"])),
        )
        _check_spans(document)
        pieces = _Pieces(blob)
        geometry = pieces.next(message["geometry_bytes"])
        attachments = tuple(Attachment(_text(name), pieces.next(size)) for name, size in message["attachments"])
        pieces.check_end()
        return Parsed(document, MediaType(message["media_type"]), geometry, attachments)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedReply(f"{type(error).__name__}: {error}") from None


def page_from_json(entry: Sequence[int]) -> PageRead:
    number, total, recognised = entry
    return PageRead(int(number), int(total), bool(recognised))


def box_from_json(entry: Sequence[float]) -> Box:
    page, left, top, right, bottom = entry
    return Box(int(page), left, top, right, bottom)


class _Pieces:
    """A blob cut into the pieces that it was joined of."""

    def __init__(self, blob: bytes) -> None:
        self._blob = memoryview(blob)
        self._start = 0

    def next(self, size: object) -> bytes | None:
        """None for a piece that there is not, as against an empty one. Raises ValueError beyond the end."""
        if size is None:
            return None
        if not isinstance(size, int) or not 0 <= size <= len(self._blob) - self._start:
            raise ValueError("a piece beyond the blob")
        piece = bytes(self._blob[self._start : self._start + size])
        self._start += size
        return piece

    def check_end(self) -> None:
        if self._start != len(self._blob):
            raise ValueError("more in the blob than was said")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _span(entry: Sequence[int]) -> Span:
    start, end = entry
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end):
        raise ValueError("no span")
    return Span(start, end)


def _element(entry: Sequence[Any]) -> Element:
    kind, span, page, path, header = entry
    number = None if page is None else int(page)
    return Element(
        ElementKind(kind), _span(span), number, tuple(map(_text, path)), None if header is None else _span(header)
    )


def _page(entry: Sequence[Any]) -> Page:
    number, span, width, height, confidence = entry
    known = None if confidence is None else float(confidence)
    return Page(int(number), _span(span), float(width), float(height), known)


def _check_spans(document: ParsedDocument) -> None:
    end = 0
    for element in document.elements:
        if element.span.start < end or (element.header and not element.span.covers(element.header)):
            raise ValueError("spans out of order")
        end = element.span.end
    if max([end, *(page.span.end for page in document.pages)]) > len(document.text):
        raise ValueError("a span beyond the text")

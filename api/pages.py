"""Showing a quote where it stands: drawn on its page, or within the text around it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ingest.parsing.sandbox import ParserPool
from rag.documents import Box, DocumentVersion, Span, VersionStatus
from rag.errors import DocumentDeleted, PageNotFound, SpanInvalid
from rag.geometry import PageGeometry
from rag.store.factory import Stores
from rag.store.parsed_documents import ParsedDocuments


@dataclass(frozen=True, slots=True)
class Quote:
    """The words at a span and around it, and what became of the version that they stand in."""

    before: str
    quote: str
    after: str
    title: str
    status: VersionStatus
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Pages:
    stores: Stores
    parsed: ParsedDocuments
    parsers: ParserPool

    async def image(self, document_id: str, version_id: str, number: int, span: Span) -> bytes:
        """A page as PNG with the span's boxes drawn.

        Raises VersionNotFound, DocumentDeleted, SpanInvalid, PageNotFound - also for formats without pages - and
        FileRejected.
        """
        version = await self._version(document_id, version_id, span)
        if not 1 <= number <= version.pages:
            raise PageNotFound(page=number, pages=version.pages)
        original = await self.stores.documents.original(document_id, version_id)
        path = await self.stores.blobs.path(original.blob_key)
        boxes = await self._boxes(version_id, span)
        return await self.parsers.render_page(path, number, [box for box in boxes if box.page == number])

    async def quote(self, document_id: str, version_id: str, span: Span, around: int) -> Quote:
        """Raises VersionNotFound, DocumentDeleted, SpanInvalid; BlobNotFound for a version that never became live."""
        version = await self._version(document_id, version_id, span)
        parsed = await self.parsed.get(version_id)
        before = parsed.text[max(0, span.start - around) : span.start]
        after = parsed.text[span.end : span.end + around]
        return Quote(before, span.of(parsed.text), after, parsed.title or "", version.status, version.superseded_by)

    async def _version(self, document_id: str, version_id: str, span: Span) -> DocumentVersion:
        """The version, if it may be shown: what was deleted may not, also while its text still waits for removal."""
        version = await self.stores.documents.version(document_id, version_id)
        if version.status is VersionStatus.DELETED:
            raise DocumentDeleted(document_id=document_id)
        if not span.start <= span.end <= version.characters:
            raise SpanInvalid(start=span.start, end=span.end, characters=version.characters)
        return version

    async def _boxes(self, version_id: str, span: Span) -> tuple[Box, ...]:
        stored = await self.parsed.geometry(version_id) if span.end > span.start else None
        if stored is None:
            return ()
        geometry = await asyncio.to_thread(PageGeometry.from_bytes, stored)
        return geometry.boxes(span)

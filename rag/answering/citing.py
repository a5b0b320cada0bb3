"""From a source sentence to a citation: the exact words, where they stand, and their boxes on the page."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from rag.answering.evidence import EvidenceSentence
from rag.citations import Citation
from rag.documents import Box
from rag.geometry import PageGeometry
from rag.store.parsed_documents import ParsedDocuments

CACHED_GEOMETRIES = 32


class Citer:
    def __init__(self, texts: ParsedDocuments) -> None:
        self._texts = texts
        self._geometries: OrderedDict[str, PageGeometry | None] = OrderedDict()

    async def text(self, version_id: str) -> str:
        """The stored text of a version, which its quotes are cut from."""
        return await self._texts.text(version_id)

    async def cite(self, sentence: EvidenceSentence) -> Citation:
        """The place of a source sentence, not yet numbered. Its quote is cut from the stored text, not carried here."""
        passage = sentence.source.passage
        parsed = await self._texts.get(passage.version_id)
        boxes = await self._boxes(sentence)
        pages = [page.number for page in parsed.pages if page.span.overlaps(sentence.span)]
        return Citation(
            marker=0,
            document_id=passage.document_id,
            version_id=passage.version_id,
            passage_id=passage.id,
            title=sentence.source.title,
            uri=sentence.source.uri,
            span=sentence.span,
            quote=sentence.span.of(parsed.text),
            pages=tuple(pages) or passage.pages,
            boxes=boxes,
        )

    async def _boxes(self, sentence: EvidenceSentence) -> tuple[Box, ...]:
        version_id = sentence.source.passage.version_id
        if version_id not in self._geometries:
            stored = await self._texts.geometry(version_id)
            loaded = await asyncio.to_thread(PageGeometry.from_bytes, stored) if stored else None
            self._geometries[version_id] = loaded
            if len(self._geometries) > CACHED_GEOMETRIES:
                self._geometries.popitem(last=False)
        self._geometries.move_to_end(version_id)
        geometry = self._geometries[version_id]
        return geometry.boxes(sentence.span) if geometry else ()

"""Attributes for passages that an earlier release indexed without any, so that filters find them again."""

from __future__ import annotations

import logging

from ingest.parsing.media_types import MediaType
from rag.index.attributes import Attributes
from rag.index.filters import Filter
from rag.index.passage_index import PassageIndex, Scope
from rag.store.document_store import DocumentStore
from rag.store.listings import DocumentListing

log = logging.getLogger("chuchu.ingest")

_AT_A_TIME = 200
_LABELLED = Filter(media_types=tuple(MediaType))
"""What every labelled passage passes: a live document has one of these."""


async def label_unlabelled(documents: DocumentStore, index: PassageIndex) -> None:
    """Give the passages of each live document its attributes where some of them have none. Raises Unavailable.

    Two counts tell whether there is anything to do.
    """
    if await index.count(Scope(filter=_LABELLED)) >= await index.count():
        return
    log.info("documents of an earlier release get their attributes for filters")
    after: str | None = None
    while listings := await documents.documents(limit=_AT_A_TIME, after=after):
        for listing in listings:
            await _label_if_needed(listing, index)
        after = listings[-1].document.id


async def _label_if_needed(listing: DocumentListing, index: PassageIndex) -> None:
    document, version = listing.document, listing.version
    scope = Scope(document_ids=(document.id,), filter=_LABELLED)
    if version is not None and await index.count(scope) < version.passages:
        await index.label(document.id, Attributes(document.media_type, document.metadata))

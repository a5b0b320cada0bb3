"""How a passage is kept beside its vectors in Qdrant: names of vectors and fields, the same in every backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.documents import ElementKind, Passage, Span
from rag.index.attribute_fields import attribute_fields
from rag.index.passage_index import IndexedPassage

DENSE = "dense"
LEXICAL = "bm25"

PASSAGE_FIELDS = (
    *("document_id", "version_id", "collection"),
    *("start", "end", "context", "language", "kinds", "pages"),
)
"""What a hit is read from: the rest is for filters, and costs time to hand out."""

OVERSAMPLING = 2.0
"""How many times as many hits as are asked for the quantised vectors choose, before the stored ones score them."""


def payload_of(indexed: IndexedPassage) -> dict[str, Any]:
    """JSON of everything but the vectors, and the id, which is the point's id."""
    passage = indexed.passage
    return {
        "document_id": passage.document_id,
        "version_id": passage.version_id,
        "collection": passage.collection,
        "start": passage.span.start,
        "end": passage.span.end,
        "context": passage.context,
        "language": passage.language,
        "kinds": [kind.value for kind in passage.kinds],
        "pages": list(passage.pages),
        **attribute_fields(indexed.attributes),
    }


def passage_of(point_id: object, payload: Mapping[str, Any]) -> Passage:
    """The inverse of `payload_of`. `point_id` is a string or a UUID, whichever the engine gives."""
    return Passage(
        id=str(point_id),
        document_id=payload["document_id"],
        version_id=payload["version_id"],
        collection=payload["collection"],
        span=Span(payload["start"], payload["end"]),
        context=payload["context"],
        language=payload["language"],
        kinds=tuple(ElementKind(kind) for kind in payload["kinds"]),
        pages=tuple(payload["pages"]),
    )

"""How a passage is kept beside its vectors in Qdrant: names of vectors and fields, the same in every backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.documents import ElementKind, Passage, Span
from rag.index.passage_index import Scope

DENSE = "dense"
LEXICAL = "bm25"

INDEXED_FIELDS = ("collection", "language", "document_id", "version_id")
"""Fields that searches and deletions select by. Qdrant needs a keyword index on each to filter without a scan."""


def payload_of(passage: Passage) -> dict[str, Any]:
    """Flat JSON of everything but the id, which is the point's id."""
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


def allowed_values(scope: Scope) -> dict[str, list[str]]:
    """The fields that a scope restricts, each with the values that pass. An empty list lets nothing pass."""
    allowed: dict[str, list[str]] = {}
    if scope.collection is not None:
        allowed["collection"] = [scope.collection]
    if scope.language is not None:
        allowed["language"] = [scope.language]
    if scope.document_ids is not None:
        allowed["document_id"] = list(scope.document_ids)
    return allowed

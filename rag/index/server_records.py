"""Our records as the Qdrant client's, and back. Importing it costs as much as the client."""

from __future__ import annotations

from typing import Any

import numpy as np
from qdrant_client import models

from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, allowed_values, passage_of, payload_of


def vectors_config(dimension: int) -> dict[str, models.VectorParams]:
    """Dot product in half precision, as in the embedded index: moving between the two changes no ranking."""
    params = models.VectorParams(size=dimension, distance=models.Distance.DOT, datatype=models.Datatype.FLOAT16)
    return {DENSE: params}


def sparse_vectors_config() -> dict[str, models.SparseVectorParams]:
    return {LEXICAL: models.SparseVectorParams(modifier=models.Modifier.IDF)}


def point(indexed: IndexedPassage) -> models.PointStruct:
    vectors: dict[str, Any] = {DENSE: indexed.vector.tolist(), LEXICAL: _sparse(indexed.terms)}
    return models.PointStruct(id=indexed.passage.id, vector=vectors, payload=payload_of(indexed.passage))


def query_request(leg: Leg) -> models.QueryRequest:
    lexical = isinstance(leg.query, SparseTerms)
    query = _sparse(leg.query) if isinstance(leg.query, SparseTerms) else leg.query.tolist()
    return models.QueryRequest(
        query=query,
        using=LEXICAL if lexical else DENSE,
        limit=leg.limit,
        filter=scope_filter(leg.scope),
        with_payload=True,
        with_vector=[DENSE] if leg.with_vectors else False,
    )


def hit(found: models.ScoredPoint) -> Hit:
    vector = np.asarray(found.vector[DENSE], dtype=np.float32) if isinstance(found.vector, dict) else None
    return Hit(passage_of(found.id, found.payload or {}), found.score, vector)


def scope_filter(scope: Scope) -> models.Filter | None:
    allowed = allowed_values(scope)
    return models.Filter(must=[_any_of(field, values) for field, values in allowed.items()]) if allowed else None


def version_filter(version_id: str) -> models.Filter:
    return models.Filter(must=[_any_of("version_id", [version_id])])


def _any_of(field: str, values: list[str]) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchAny(any=values))


def _sparse(terms: SparseTerms) -> models.SparseVector:
    return models.SparseVector(indices=list(terms.ids), values=list(terms.weights))

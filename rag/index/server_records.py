"""Our records as the Qdrant client's, and back. Importing it costs as much as the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from qdrant_client import models

from rag.index.attribute_fields import FieldKind
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, passage_of, payload_of
from rag.index.requirements import AnyOf, FieldTest, Within, requirements

FIELD_TYPES: Mapping[FieldKind, models.PayloadSchemaType] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "number": models.PayloadSchemaType.FLOAT,
    "moment": models.PayloadSchemaType.DATETIME,
}


def vectors_config(dimension: int) -> dict[str, models.VectorParams]:
    """Dot product in half precision, as in the embedded index: moving between the two changes no ranking."""
    params = models.VectorParams(size=dimension, distance=models.Distance.DOT, datatype=models.Datatype.FLOAT16)
    return {DENSE: params}


def sparse_vectors_config() -> dict[str, models.SparseVectorParams]:
    return {LEXICAL: models.SparseVectorParams(modifier=models.Modifier.IDF)}


def point(indexed: IndexedPassage) -> models.PointStruct:
    vectors: dict[str, Any] = {DENSE: indexed.vector.tolist(), LEXICAL: _sparse(indexed.terms)}
    return models.PointStruct(id=indexed.passage.id, vector=vectors, payload=payload_of(indexed))


def query_request(leg: Leg) -> models.QueryRequest:
    lexical = isinstance(leg.query, SparseTerms)
    query = _sparse(leg.query) if isinstance(leg.query, SparseTerms) else leg.query.tolist()
    return models.QueryRequest(
        query=query,
        using=LEXICAL if lexical else DENSE,
        limit=leg.limit,
        offset=leg.offset or None,
        filter=scope_filter(leg.scope),
        with_payload=True,
        with_vector=[DENSE] if leg.with_vectors else False,
    )


def hit(found: models.ScoredPoint) -> Hit:
    return Hit(passage_of(found.id, found.payload or {}), found.score, dense_vector(found))


def dense_vector(found: models.ScoredPoint | models.Record) -> np.ndarray | None:
    """None where the vector was not asked for."""
    return np.asarray(found.vector[DENSE], dtype=np.float32) if isinstance(found.vector, dict) else None


def scope_filter(scope: Scope) -> models.Filter | None:
    needed = requirements(scope)
    if not needed.passed and not needed.failed:
        return None
    return models.Filter(
        must=[_condition(test) for test in needed.passed], must_not=[_condition(test) for test in needed.failed]
    )


def version_filter(version_id: str) -> models.Filter:
    return models.Filter(must=[_condition(AnyOf("version_id", [version_id]))])


def document_filter(document_id: str) -> models.Filter:
    return models.Filter(must=[_condition(AnyOf("document_id", [document_id]))])


def _condition(test: FieldTest) -> models.FieldCondition:
    match test:
        case AnyOf(field, values):
            return models.FieldCondition(key=field, match=models.MatchAny(any=values))
        case Within(field, gte, gt, lte, lt, is_of_moments):
            bounds: dict[str, Any] = {"gte": gte, "gt": gt, "lte": lte, "lt": lt}
            make = models.DatetimeRange if is_of_moments else models.Range
            return models.FieldCondition(key=field, range=make(**bounds))


def _sparse(terms: SparseTerms) -> models.SparseVector:
    return models.SparseVector(indices=list(terms.ids), values=list(terms.weights))

"""Our records as Qdrant Edge's, and back. Its import takes a moment, so this module is imported where it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import qdrant_edge as edge

from rag.index.attribute_fields import FieldKind
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, passage_of, payload_of
from rag.index.requirements import AnyOf, FieldTest, Within, requirements

_NEVER_KB = 1 << 40
"""An indexing threshold that no segment reaches: Edge searches exactly, see `EdgePassageIndex`."""

FIELD_TYPES: Mapping[FieldKind, edge.PayloadSchemaType] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "number": edge.PayloadSchemaType.Float,
    "moment": edge.PayloadSchemaType.Datetime,
}


def shard_config(dimension: int) -> edge.EdgeConfig:
    """Dot product, since queries need not be unit vectors. Half precision: half the memory and faster to scan."""
    return edge.EdgeConfig(
        vectors={
            DENSE: edge.EdgeVectorParams(
                size=dimension, distance=edge.Distance.Dot, datatype=edge.VectorStorageDatatype.Float16
            )
        },
        sparse_vectors={LEXICAL: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NEVER_KB),
    )


def point(indexed: IndexedPassage) -> edge.Point:
    vectors = {DENSE: indexed.vector.tolist(), LEXICAL: _sparse(indexed.terms)}
    return edge.Point(indexed.passage.id, vectors, payload_of(indexed))


def query_request(leg: Leg) -> edge.QueryRequest:
    if isinstance(leg.query, SparseTerms):
        nearest = edge.Query.Nearest(_sparse(leg.query), using=LEXICAL)
    else:
        nearest = edge.Query.Nearest(leg.query.tolist(), using=DENSE)
    return edge.QueryRequest(
        limit=leg.limit,
        offset=leg.offset,
        query=nearest,
        filter=scope_filter(leg.scope),
        with_payload=True,
        with_vector=[DENSE] if leg.with_vectors else False,
    )


def hit(found: edge.ScoredPoint) -> Hit:
    return Hit(passage_of(found.id, found.payload or {}), found.score, dense_vector(found))


def dense_vector(found: edge.ScoredPoint | edge.Record) -> np.ndarray | None:
    """None where the vector was not asked for."""
    return np.asarray(found.vector[DENSE], dtype=np.float32) if isinstance(found.vector, dict) else None


def scope_filter(scope: Scope) -> edge.Filter | None:
    needed = requirements(scope)
    if not needed.passed and not needed.failed:
        return None
    return edge.Filter(
        must=[_condition(test) for test in needed.passed], must_not=[_condition(test) for test in needed.failed]
    )


def version_filter(version_id: str) -> edge.Filter:
    return edge.Filter(must=[_condition(AnyOf("version_id", [version_id]))])


def document_filter(document_id: str) -> edge.Filter:
    return edge.Filter(must=[_condition(AnyOf("document_id", [document_id]))])


def _condition(test: FieldTest) -> edge.FieldCondition:
    match test:
        case AnyOf(field, values):
            return edge.FieldCondition(field, match=edge.MatchAny(values))
        case Within(field, is_of_moments=is_of_moments):
            make = edge.RangeDateTime if is_of_moments else edge.RangeFloat
            return edge.FieldCondition(field, range=make(**_bounds(test)))


def _bounds(test: Within) -> dict[str, Any]:
    sides = {"gte": test.gte, "gt": test.gt, "lte": test.lte, "lt": test.lt}
    return {side: bound.isoformat() if isinstance(bound, datetime) else bound for side, bound in sides.items()}


def _sparse(terms: SparseTerms) -> edge.SparseVector:
    return edge.SparseVector(list(terms.ids), list(terms.weights))

"""Our records as Qdrant Edge's, and back. Its import takes a moment, so this module is imported where it is needed."""

from __future__ import annotations

import numpy as np
import qdrant_edge as edge

from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, allowed_values, passage_of, payload_of

_NEVER_KB = 1 << 40
"""An indexing threshold that no segment reaches: Edge searches exactly, see `EdgePassageIndex`."""


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
    return edge.Point(indexed.passage.id, vectors, payload_of(indexed.passage))


def query_request(leg: Leg) -> edge.QueryRequest:
    if isinstance(leg.query, SparseTerms):
        nearest = edge.Query.Nearest(_sparse(leg.query), using=LEXICAL)
    else:
        nearest = edge.Query.Nearest(leg.query.tolist(), using=DENSE)
    return edge.QueryRequest(
        limit=leg.limit,
        query=nearest,
        filter=scope_filter(leg.scope),
        with_payload=True,
        with_vector=[DENSE] if leg.with_vectors else False,
    )


def hit(found: edge.ScoredPoint) -> Hit:
    vector = np.asarray(found.vector[DENSE], dtype=np.float32) if isinstance(found.vector, dict) else None
    return Hit(passage_of(found.id, found.payload or {}), found.score, vector)


def scope_filter(scope: Scope) -> edge.Filter | None:
    allowed = allowed_values(scope)
    return edge.Filter(must=[_any_of(field, values) for field, values in allowed.items()]) if allowed else None


def version_filter(version_id: str) -> edge.Filter:
    return edge.Filter(must=[_any_of("version_id", [version_id])])


def _any_of(field: str, values: list[str]) -> edge.FieldCondition:
    return edge.FieldCondition(field, match=edge.MatchAny(values))


def _sparse(terms: SparseTerms) -> edge.SparseVector:
    return edge.SparseVector(list(terms.ids), list(terms.weights))

"""Our records as Qdrant Edge's, and back. Its import takes a moment, so this module is imported where it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import qdrant_edge as edge

from rag.index.attribute_fields import FieldKind
from rag.index.manifest import Layout, Quantisation
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, OVERSAMPLING, PASSAGE_FIELDS, passage_of, payload_of
from rag.index.requirements import AnyOf, FieldTest, Within, requirements

_NEVER_KB = 1 << 40
"""An indexing threshold that no segment reaches: what is written stays as it is until it is rewritten."""

_REWRITTEN_KB = 1
"""One that every segment with passages reaches."""

_GRAPH_LINKS, _GRAPH_CANDIDATES, _SCANNED_KB = 16, 100, 10_000
"""HNSW's m and ef_construct, and what a filter leaves that is rather scanned: Qdrant's defaults."""

_PASSAGE = edge.PayloadSelector.Include(list(PASSAGE_FIELDS))

_RESCORED = edge.SearchParams(quantization=edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING))
"""Quantised vectors choose, the stored ones score. What is not quantised is not affected."""

FIELD_TYPES: Mapping[FieldKind, edge.PayloadSchemaType] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "number": edge.PayloadSchemaType.Float,
    "moment": edge.PayloadSchemaType.Datetime,
}


def shard_config(dimension: int) -> edge.EdgeConfig:
    """Of a shard that is written to, and searched exactly."""
    return _config(_vectors(dimension), edge.EdgeOptimizersConfig(indexing_threshold=_NEVER_KB))


def rewritten_config(dimension: int, layout: Layout) -> edge.EdgeConfig:
    """What `EdgeShard.optimize` is to make of a shard. Quantised, the vectors themselves stay on disk."""
    vectors = _vectors(
        dimension,
        memory=edge.Memory.Cached if layout.quantisation == "none" else edge.Memory.Cold,
        quantization_config=_QUANTISATIONS[layout.quantisation],
        hnsw_config=edge.HnswIndexConfig(_GRAPH_LINKS if layout.graph else 0, _GRAPH_CANDIDATES, _SCANNED_KB),
    )
    return _config(vectors, edge.EdgeOptimizersConfig(indexing_threshold=_REWRITTEN_KB))


_QUANTISATIONS: Mapping[Quantisation, Any] = {
    "none": None,
    "int8": edge.ScalarQuantizationConfig(edge.ScalarType.Int8, memory=edge.Memory.Cached),
    "binary": edge.BinaryQuantizationConfig(memory=edge.Memory.Cached),
}


def _vectors(dimension: int, **placement: Any) -> edge.EdgeVectorParams:
    """Dot product, since queries need not be unit vectors. Half precision: half the memory and faster to scan."""
    return edge.EdgeVectorParams(
        size=dimension, distance=edge.Distance.Dot, datatype=edge.VectorStorageDatatype.Float16, **placement
    )


def _config(vectors: edge.EdgeVectorParams, optimizers: edge.EdgeOptimizersConfig) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={DENSE: vectors},
        sparse_vectors={LEXICAL: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=optimizers,
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
        with_payload=_PASSAGE,
        with_vector=[DENSE] if leg.with_vectors else False,
        params=_RESCORED,
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
        case AnyOf(field, [value]):  # takes half the time of one among one
            return edge.FieldCondition(field, match=edge.MatchValue(value))
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

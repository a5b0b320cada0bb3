"""Our records as the Qdrant client's, and back. Importing it costs as much as the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from qdrant_client import models

from rag.index.attribute_fields import FieldKind
from rag.index.manifest import Quantisation
from rag.index.passage_index import Hit, IndexedPassage, Leg, Scope, SparseTerms
from rag.index.payload import DENSE, LEXICAL, OVERSAMPLING, PASSAGE_FIELDS, passage_of, payload_of
from rag.index.requirements import AnyOf, FieldTest, Within, requirements
from rag.settings import IndexSettings

FIELD_TYPES: Mapping[FieldKind, models.PayloadSchemaType] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "number": models.PayloadSchemaType.FLOAT,
    "moment": models.PayloadSchemaType.DATETIME,
}

TENANT = "collection"

_PASSAGE = models.PayloadSelectorInclude(include=list(PASSAGE_FIELDS))
_RESCORED = models.SearchParams(
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
)
"""Quantised vectors choose, the stored ones score."""


def vectors_config(dimension: int, settings: IndexSettings) -> dict[str, models.VectorParams]:
    """Dot product in half precision, as in the embedded index: moving between the two changes no ranking.

    Quantised, the vectors themselves stay on disk, and what they are quantised to in memory.
    """
    params = models.VectorParams(
        size=dimension,
        distance=models.Distance.DOT,
        datatype=models.Datatype.FLOAT16,
        on_disk=settings.quantisation != "none" or settings.on_disk,
        hnsw_config=models.HnswConfigDiff(on_disk=settings.on_disk),
        quantization_config=_QUANTISATIONS[settings.quantisation],
    )
    return {DENSE: params}


_QUANTISATIONS: Mapping[Quantisation, models.QuantizationConfig | None] = {
    "none": None,
    "int8": models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
    ),
    "binary": models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True)),
}


def sparse_vectors_config(settings: IndexSettings) -> dict[str, models.SparseVectorParams]:
    index = models.SparseIndexParams(on_disk=settings.on_disk)
    return {LEXICAL: models.SparseVectorParams(index=index, modifier=models.Modifier.IDF)}


def field_schema(field: str, kind: FieldKind) -> models.PayloadSchemaType | models.KeywordIndexParams:
    """Nearly every question names its collection, so the passages of one lie together on disk."""
    if field == TENANT:
        return models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    return FIELD_TYPES[kind]


def point(indexed: IndexedPassage) -> models.PointStruct:
    vectors: dict[str, Any] = {DENSE: indexed.vector.tolist(), LEXICAL: _sparse(indexed.terms)}
    return models.PointStruct(id=indexed.passage.id, vector=vectors, payload=payload_of(indexed))


def query_request(leg: Leg, quantisation: Quantisation) -> models.QueryRequest:
    lexical = isinstance(leg.query, SparseTerms)
    query = _sparse(leg.query) if isinstance(leg.query, SparseTerms) else leg.query.tolist()
    return models.QueryRequest(
        query=query,
        using=LEXICAL if lexical else DENSE,
        limit=leg.limit,
        offset=leg.offset or None,
        filter=scope_filter(leg.scope),
        with_payload=_PASSAGE,
        with_vector=[DENSE] if leg.with_vectors else False,
        params=None if lexical or quantisation == "none" else _RESCORED,
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

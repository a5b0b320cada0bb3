"""Which embedder made an index, as the index itself remembers it, and the refusal to mix two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rag.errors import IndexModelMismatch
from rag.models.embedding import EmbedderIdentity

IdentityRecord = dict[str, str | int]


def identity_record(identity: EmbedderIdentity) -> IdentityRecord:
    """Flat JSON, for a file or for a Qdrant collection's metadata."""
    return asdict(identity)


def identity_of(record: Mapping[str, Any]) -> EmbedderIdentity:
    """The inverse. Raises KeyError where the record is not one of an identity."""
    return EmbedderIdentity(
        model=record["model"],
        revision=record["revision"],
        dimension=record["dimension"],
        query_prefix=record["query_prefix"],
        passage_prefix=record["passage_prefix"],
    )


def refuse_mismatch(found: EmbedderIdentity, expected: EmbedderIdentity) -> None:
    """Raises IndexModelMismatch, naming both, unless the index was made with the embedder that is to be used."""
    if found != expected:
        raise IndexModelMismatch(found=_described(found), expected=_described(expected))


def _described(identity: EmbedderIdentity) -> str:
    name = f"{identity.model}@{identity.revision}" if identity.revision else identity.model
    prefixes = f"{identity.query_prefix!r}/{identity.passage_prefix!r}"
    return f"{name} (dimension {identity.dimension}, prefixes {prefixes})"

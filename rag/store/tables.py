"""The tables of the database, and the column types that SQLite and PostgreSQL need to agree.

documents ──< versions ──< version_sums, version_bands        schema_info (one row)
  │ └─ parent_id: the document that one is attached to
    └──────< jobs >──┘     language_means (sums over the live versions, per collection and language)
    places (where documents were moved to)
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

SCHEMA_VERSION = 3
"""Raise it with every change of the tables, and say in `migrations` what was added: an older database is brought up
to date when it is opened, a newer one is refused."""


class UtcTime(TypeDecorator[datetime]):
    """A moment. SQLite has no time zones and would drop them; there it is stored, and sorts, as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text from outside. PostgreSQL refuses NUL, and no database takes the lone surrogates by which Python spells
    file names that are not UTF-8 (a GBK name on Linux). Surrogates are written out, so that two such names stay two.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-8", "backslashreplace").decode("utf-8")


def _id(name: str, *references: Any, **options: Any) -> Column[str]:
    return Column(name, String(36), *references, **options)


metadata = MetaData()

schema_info = Table(
    "schema_info",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("generation", BigInteger, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    _id("id", primary_key=True),
    Column("collection", PlainText, nullable=False),
    Column("uri", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("media_type", PlainText, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("deleted_at", UtcTime),
    Column("submissions", Integer, nullable=False),
    Column("validators", JSON(none_as_null=True)),
    _id("parent_id"),
    Index("documents_of_parent", "parent_id"),
    Index("documents_newest", "created_at", "id"),
    Index("documents_of_collection", "collection", "created_at", "id"),
)

places = Table(
    "places",
    metadata,
    _id("place", primary_key=True),
    _id("document_id", nullable=False),
)
"""Which document a place - a collection and a uri - holds, where that is not the one that bears the place's own id."""

versions = Table(
    "versions",
    metadata,
    _id("id", primary_key=True),
    _id("document_id", ForeignKey("documents.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("parser_version", PlainText, nullable=False),
    Column("blob_key", PlainText, nullable=False),
    Column("media_type", PlainText, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("parser", PlainText, nullable=False, default=""),
    Column("language", String(8), nullable=False, default="other"),
    Column("characters", BigInteger, nullable=False, default=0),
    Column("pages", Integer, nullable=False, default=0),
    Column("passages", Integer, nullable=False, default=0),
    Column("warnings", JSON, nullable=False, default=list),
    Column("created_at", UtcTime, nullable=False),
    _id("superseded_by"),
    Column("removed_at", UtcTime),
    Column("quality", JSON(none_as_null=True)),
    Column("signature", LargeBinary),
    Column("near_duplicates", JSON(none_as_null=True)),
    Column("released", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("document_id", "number"),
    Index("versions_by_status", "status", "removed_at"),
    Index(
        "versions_one_live",
        "document_id",
        unique=True,
        sqlite_where=text("status = 'live'"),
        postgresql_where=text("status = 'live'"),
    ),
)

jobs = Table(
    "jobs",
    metadata,
    _id("id", primary_key=True),
    _id("document_id", ForeignKey("documents.id"), nullable=False),
    _id("version_id", ForeignKey("versions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("stage", PlainText, nullable=False, default=""),
    Column("done", BigInteger, nullable=False, default=0),
    Column("total", BigInteger, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("priority", Integer, nullable=False, default=0),
    Column("error_code", String(64)),
    Column("error_details", JSON, nullable=False, default=dict),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("document_id", "number"),
    Index("jobs_by_status", "status"),
)

version_sums = Table(
    "version_sums",
    metadata,
    _id("version_id", ForeignKey("versions.id"), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("vectors", BigInteger, nullable=False),
    Column("sum", LargeBinary, nullable=False),
)

language_means = Table(
    "language_means",
    metadata,
    Column("collection", PlainText, primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("vectors", BigInteger, nullable=False),
    Column("sum", LargeBinary, nullable=False),
)

version_bands = Table(
    "version_bands",
    metadata,
    _id("version_id", ForeignKey("versions.id"), primary_key=True),
    Column("band", BigInteger, primary_key=True),
    Index("versions_by_band", "band"),
)
"""Parts of the signatures of live versions: those that share one are worth comparing."""

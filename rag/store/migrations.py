"""Bringing the tables of an earlier release up to date, in the transaction that opens the database.

A release only ever adds: columns that are empty or have a default, tables, indices. So there is nothing to convert,
nothing is lost, and a process that dies on the way has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, text, update
from sqlalchemy.schema import CreateColumn

from rag.errors import StoreVersionMismatch
from rag.store.tables import SCHEMA_VERSION, documents, metadata, schema_info, versions

_LIKENESS = (versions.c.signature, versions.c.near_duplicates)

_ADDED_COLUMNS: Mapping[int, Sequence[Column[Any]]] = {
    2: (documents.c.validators, versions.c.quality, versions.c.released, *_LIKENESS),
    3: (documents.c.parent_id,),
}
"""By the schema that has them first. New tables and indices need no mention."""

_OLDEST = 1


def bring_up_to_date(connection: Connection, found: int) -> None:
    """From schema `found` to this release's. Raises StoreVersionMismatch for one that is newer, or unknown."""
    if not _OLDEST <= found <= SCHEMA_VERSION:
        raise StoreVersionMismatch(found=found, expected=SCHEMA_VERSION)
    if found == SCHEMA_VERSION:
        return
    for schema in range(found + 1, SCHEMA_VERSION + 1):
        for column in _ADDED_COLUMNS.get(schema, ()):
            _add(connection, column)
    metadata.create_all(connection)
    for index in [index for table in metadata.sorted_tables for index in table.indexes]:
        index.create(connection, checkfirst=True)  # `create_all` looks at no index of a table that is there
    connection.execute(update(schema_info).values(version=SCHEMA_VERSION))


def _add(connection: Connection, column: Column[Any]) -> None:
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    connection.execute(text(f"ALTER TABLE {column.table.name} ADD COLUMN {definition}"))

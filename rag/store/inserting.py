"""Inserting a row unless it is there: the one statement that SQLAlchemy spells differently for each database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_if_absent(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
    """Waits for another transaction that is inserting the same key, so that a SELECT afterwards finds the row."""
    if connection.dialect.name == "sqlite":
        await connection.execute(sqlite.insert(table).values(values).on_conflict_do_nothing())
    else:
        await connection.execute(postgresql.insert(table).values(values).on_conflict_do_nothing())

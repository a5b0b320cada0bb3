"""The sums of vectors of the live versions, per collection and language, kept in step with what is live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.documents import Language
from rag.store.inserting import insert_if_absent
from rag.store.tables import language_means, version_sums
from rag.store.vector_sums import VectorSum

Sums = Mapping[Language, VectorSum]


async def exchange_sums(
    connection: AsyncConnection, collection: str, *, entering: tuple[str, Sums] | None, leaving: Sequence[str]
) -> None:
    """Count the version that enters, with its sums, and no longer those that leave: all of a transaction at once.

    The caller holds the documents of all. A version's own sums are kept while it is counted, so that exactly what
    was added is taken away, however often its passages are embedded anew.
    """
    gone: dict[Language, VectorSum] = {}
    for version in leaving:
        for language, one in (await _take_version_sums(connection, version)).items():
            gone[language] = gone.get(language, VectorSum.empty()) + one
    new = dict(entering[1]) if entering else {}
    if entering:
        await _put_version_sums(connection, entering[0], new)
    for language in sorted({*gone, *new}):  # one order for all transactions, lest two wait for each other
        await _shift(connection, collection, language, new.get(language), gone.get(language))


async def read_sums(connection: AsyncConnection, collection: str | None) -> dict[Language, VectorSum]:
    """The sums of a collection, or of all of them together; languages without vectors are absent."""
    query = select(language_means).where(language_means.c.vectors > 0)
    if collection is not None:
        query = query.where(language_means.c.collection == collection)
    sums: dict[Language, VectorSum] = {}
    for row in await connection.execute(query):
        sums[row.language] = sums.get(row.language, VectorSum.empty()) + VectorSum.from_bytes(row.vectors, row.sum)
    return sums


async def _shift(
    connection: AsyncConnection, collection: str, language: Language, added: VectorSum | None, taken: VectorSum | None
) -> None:
    nothing = VectorSum.empty()
    fresh = {"collection": collection, "language": language, "vectors": 0, "sum": nothing.to_bytes()}
    await insert_if_absent(connection, language_means, fresh)
    this = (language_means.c.collection == collection) & (language_means.c.language == language)
    total = await _locked_sum(connection, this) - (taken or nothing) + (added or nothing)
    changed = update(language_means).where(this).values(vectors=total.count, sum=total.to_bytes())
    await connection.execute(changed)


async def _locked_sum(connection: AsyncConnection, this: ColumnElement[bool]) -> VectorSum:
    row = (await connection.execute(select(language_means).where(this).with_for_update())).one()
    return VectorSum.from_bytes(row.vectors, row.sum)


async def _put_version_sums(connection: AsyncConnection, version_id: str, sums: Sums) -> None:
    rows = [
        {"version_id": version_id, "language": language, "vectors": one.count, "sum": one.to_bytes()}
        for language, one in sums.items()
        if one.count
    ]
    if rows:
        await connection.execute(insert(version_sums), rows)


async def _take_version_sums(connection: AsyncConnection, version_id: str) -> dict[Language, VectorSum]:
    of_version = version_sums.c.version_id == version_id
    rows = (await connection.execute(select(version_sums).where(of_version))).all()
    await connection.execute(delete(version_sums).where(of_version))
    return {row.language: VectorSum.from_bytes(row.vectors, row.sum) for row in rows}

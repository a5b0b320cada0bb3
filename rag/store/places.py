"""Which document a place holds. A place is a collection and a uri, and has an id that follows from the two.

A new document bears the id of its place. One that is moved keeps its id, and with it its versions, its passages and
the citations into it; the two places remember it.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rag.store.tables import places

_DOCUMENTS = uuid5(NAMESPACE_URL, "https://chuchu.invalid/documents")


def place_id(collection: str, uri: str) -> str:
    """The same collection and uri are the same place, on any machine. A collection's name has no line break."""
    name = f"{collection}\n{uri}"
    return str(uuid5(_DOCUMENTS, name.encode("utf-8", "backslashreplace").decode("utf-8")))


async def document_at(connection: AsyncConnection, place: str) -> str:
    """The id of the document that is there, or would be."""
    query = select(places.c.document_id).where(places.c.place == place)
    return (await connection.execute(query)).scalar_one_or_none() or place


async def put_at(connection: AsyncConnection, place: str, document_id: str) -> None:
    """From now on the place holds that document. The caller holds the documents concerned."""
    await connection.execute(delete(places).where(places.c.place == place))
    if document_id != place:
        await connection.execute(insert(places).values(place=place, document_id=document_id))

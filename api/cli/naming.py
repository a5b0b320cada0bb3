"""Which document a person means by an id, a title or a file name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import DocumentAmbiguous, DocumentNotFound

if TYPE_CHECKING:
    from api.client import Client
    from api.schemas import DocumentOut

_MOST_CANDIDATES = 5


def document_id_of(client: Client, name: str) -> str:
    """Raises DocumentNotFound, and DocumentAmbiguous where several would do.

    An id goes before a title or a file name in full, and these before a part of one; case does not count.
    """
    try:
        return client.document(name).id
    except DocumentNotFound:
        documents = list(client.documents())
    wanted = name.casefold()
    for fits in (wanted.__eq__, lambda known: wanted in known):
        found = [document for document in documents if any(map(fits, _names(document)))]
        if len(found) == 1:
            return found[0].id
        if found:
            raise DocumentAmbiguous(name=name, candidates=_listed(found))
    raise DocumentNotFound(document_id=name)


def _names(document: DocumentOut) -> list[str]:
    """Title, uri, and the file's name, with and without its ending."""
    file = unquote(document.uri).rsplit("/", 1)[-1]  # a file:// address has Chinese names escaped
    return [one.casefold() for one in (document.title, document.uri, file, file.rsplit(".", 1)[0]) if one]


def _listed(documents: list[DocumentOut]) -> str:
    shown = [f"{document.id} ({document.title or document.uri})" for document in documents[:_MOST_CANDIDATES]]
    return ", ".join([*shown, "…"] if len(documents) > _MOST_CANDIDATES else shown)

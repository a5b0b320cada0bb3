"""A folder and the documents that came from it: what has to be done so that the two agree again.

Nothing here touches a document. Doors and the worker look at a folder, make the plan, and carry it out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import FolderEmpty


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that came from the folder. `content_hash` is of the bytes that are live, or else were read last."""

    id: str
    uri: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What to do, by kind. Files that hold what their document holds are `unchanged`."""

    added: tuple[Path, ...] = ()
    changed: tuple[Path, ...] = ()
    moved: tuple[tuple[KnownDocument, Path], ...] = ()
    deleted: tuple[KnownDocument, ...] = ()
    unchanged: tuple[Path, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.moved or self.deleted)


class FolderScan:
    """The files of a folder by their SHA-256. A file is hashed again only when its size or time has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashed: dict[Path, tuple[int, int, str]] = {}

    def files(self) -> dict[Path, str]:
        """Every visible regular file below the folder. One that cannot be read is left out: it counts as gone.

        Raises FileNotFoundError, NotADirectoryError, PermissionError for the folder itself.
        """
        os.scandir(self._folder).close()
        found = dict(self._hashes(visible_files(self._folder)))
        self._hashed = {path: self._hashed[path] for path in found}
        return found

    def _hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
        for path in paths:
            try:
                state = path.stat()
                size, time, digest = self._hashed.get(path, (-1, -1, ""))
                if (size, time) != (state.st_size, state.st_mtime_ns):
                    digest = _sha256(path)
            except OSError:
                continue
            self._hashed[path] = (state.st_size, state.st_mtime_ns, digest)
            yield path, digest


def visible_files(folder: Path) -> Iterator[Path]:
    """Files below the folder, in order; names with a dot in front and links to folders are passed over."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                yield path


def plan(
    folder: Path, files: Mapping[Path, str], known: Sequence[KnownDocument], *, delete_all: bool = False
) -> FolderPlan:
    """How the documents that came from the folder are made to agree with its files.

    A file that appeared with the bytes of a document whose file is gone was moved there. Raises FolderEmpty when no
    file is left but documents are: that is rather a disk that is not mounted than a wish.
    """
    here = {document.uri: document for document in known if is_below(folder, document.uri)}
    if here and not files and not delete_all:
        raise FolderEmpty(folder=str(folder), documents=len(here))
    of_uri = {path.as_uri(): path for path in files}
    gone = {document.content_hash: document for uri, document in sorted(here.items()) if uri not in of_uri}
    fresh = [path for uri, path in of_uri.items() if uri not in here]
    moved = [(document, path) for path in fresh if (document := gone.pop(files[path], None)) is not None]
    arrived = {path for _, path in moved}
    left = {document.id for document, _ in moved}
    return FolderPlan(
        added=tuple(path for path in fresh if path not in arrived),
        changed=tuple(path for uri, path in of_uri.items() if uri in here and here[uri].content_hash != files[path]),
        moved=tuple(moved),
        deleted=tuple(one for uri, one in sorted(here.items()) if uri not in of_uri and one.id not in left),
        unchanged=tuple(path for uri, path in of_uri.items() if uri in here and here[uri].content_hash == files[path]),
    )


def is_below(folder: Path, uri: str) -> bool:
    return uri.startswith(folder.as_uri().rstrip("/") + "/")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

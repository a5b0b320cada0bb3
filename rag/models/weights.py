"""The weights on this machine: find them, tell whether they are whole. Every model has a folder of its name.

A marker in the folder says that its files were hashed once, so that a start need not hash a gigabyte again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from rag.errors import ModelCorrupt, ModelMissing, ModelUnknown
from rag.models.catalogue import ModelCard, catalogue
from rag.models.checksum import sha256_of

_MARKER = ".complete.json"


def locate(name_or_path: str, models_dir: Path) -> Path:
    """The weights of a name of the catalogue, of a folder in `models_dir`, or of any file or folder by its path.

    Raises ModelMissing for a name whose weights are not here, ModelCorrupt for weights that are not what the
    catalogue says, ModelUnknown for what is neither a name nor a path. Files that were put into the folder by hand
    are hashed the first time.
    """
    card = catalogue().get(name_or_path)
    if card is None:
        return _locate_path(name_or_path, models_dir)
    folder = models_dir / card.name
    if not is_installed(card, models_dir):
        verify(card, models_dir)
    return card.path_in(folder)


def _locate_path(text: str, models_dir: Path) -> Path:
    for path in (Path(text).expanduser(), models_dir / text):
        if text and path.exists():
            return path
    raise ModelUnknown(model=text)


def installed(models_dir: Path) -> tuple[ModelCard, ...]:
    """The models of the catalogue that are here and were found whole."""
    return tuple(card for card in catalogue().values() if is_installed(card, models_dir))


def is_installed(card: ModelCard, models_dir: Path) -> bool:
    """Whether the folder's marker is that of this card and every file has its size. Hashes nothing."""
    folder = models_dir / card.name
    return _marked_hashes(folder) == _pinned_hashes(card) and all(
        (folder / file.path).is_file() and (folder / file.path).stat().st_size == file.size_bytes for file in card.files
    )


def verify(card: ModelCard, models_dir: Path) -> None:
    """Hash every file and mark the folder; raises ModelMissing or ModelCorrupt."""
    folder = models_dir / card.name
    for file in card.files:
        if not (folder / file.path).is_file():
            raise ModelMissing(model=card.name)
    for file in card.files:
        path = folder / file.path
        if path.stat().st_size != file.size_bytes or sha256_of(path) != file.sha256:
            unmark(folder)
            raise ModelCorrupt(model=card.name, path=str(path))
    # A read-only folder stays unmarked: it costs the next start a few seconds, no more.
    with suppress(OSError):
        mark(card, folder)


def mark(card: ModelCard, folder: Path) -> None:
    (folder / _MARKER).write_text(json.dumps({"files": _pinned_hashes(card)}, indent=1), encoding="utf-8")


def unmark(folder: Path) -> None:
    with suppress(OSError):
        (folder / _MARKER).unlink(missing_ok=True)


def _pinned_hashes(card: ModelCard) -> dict[str, str]:
    return {file.path: file.sha256 for file in card.files}


def _marked_hashes(folder: Path) -> object:
    try:
        return json.loads((folder / _MARKER).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""The small file beside an embedded index that says what made it and which folder holds it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rag.index.identity import identity_of, identity_record
from rag.models.embedding import EmbedderIdentity

_FILE = "index.json"
_FORMAT = 1

Quantisation = Literal["none", "int8", "binary"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a shard was last rewritten: `passages` it held then, and how it lets them be searched.

    What was written since is searched exactly, at half precision, from the place where it was written to.
    """

    passages: int = 0
    quantisation: Quantisation = "none"
    graph: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """`shard` is the name of the folder with the points. Other shard folders beside it are leftovers of a crash."""

    identity: EmbedderIdentity
    shard: str
    layout: Layout = Layout()


def read_manifest(folder: Path) -> Manifest | None:
    """None when there is none yet. Raises ValueError for a file that is not a manifest of this format."""
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != _FORMAT:
            raise ValueError(f"{_FILE} has format {record['format']}, not {_FORMAT}")
        layout = Layout(**record.get("layout", {}))  # earlier releases wrote none
        return Manifest(identity_of(record["identity"]), record["shard"], layout)
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{_FILE} is not readable: {error!r}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the file in one step that survives a power cut: the old manifest is there, or the new one."""
    record = {
        "format": _FORMAT,
        "identity": identity_record(manifest.identity),
        "shard": manifest.shard,
        "layout": asdict(manifest.layout),
    }
    draft = folder / f"{_FILE}.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / _FILE)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

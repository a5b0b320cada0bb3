"""The scratch folder of an evaluation: one for each corpus under each way to index it, kept for the next run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from rag.settings import Settings

_SHAPE_NOTHING = {
    "embedding": {"api_key", "threads", "batch_tokens"},
    "ingest": {
        "worker", "concurrency", "parsers", "max_file_bytes", "max_unpacked_bytes", "parse_timeout_s",
        "parse_memory_bytes", "keep_originals_s",
    },
}  # fmt: skip
"""Settings of these two sections that change how fast the index is made, not what is in it."""
_MAKE_THE_INDEX = ("ingest", "rag.text", "rag.index", "rag.store")


def scratch_settings(settings: Settings, files: Sequence[Path]) -> Settings:
    """The same settings over a data folder of this corpus alone.

    Another content, another setting that shapes the index or another version of the code that makes it is another
    folder: no run ever measures an index that its settings would not have made.
    """
    folder = settings.data_dir / "scratch" / _key(settings, files)
    # The scratch index is always the embedded one: an evaluation must not write into a shared server.
    database = settings.database.model_copy(update={"url": type(settings.database.url)("")})
    index = settings.index.model_copy(update={"backend": "edge"})
    ingest = settings.ingest.model_copy(update={"worker": "inside"})
    changed = {"data_dir": folder, "database": database, "index": index, "ingest": ingest}
    return settings.model_copy(update=changed)


def _key(settings: Settings, files: Sequence[Path]) -> str:
    shaping = {
        section: getattr(settings, section).model_dump(mode="json", exclude=left_out)
        for section, left_out in _SHAPE_NOTHING.items()
    }
    digest = hashlib.sha256(json.dumps(shaping, sort_keys=True).encode())
    for file in (*files, *_sources()):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
        digest.update(file.name.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    """The code that makes the index, so that who changes it measures what it makes now."""
    for package in _MAKE_THE_INDEX:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            yield from sorted(Path(folder).rglob("*.py"))

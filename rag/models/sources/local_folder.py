"""Weights that someone carried here: the files of a model in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.models.checksum import sha256_of
from rag.models.sources.weight_source import ModelFile, Progress, SourceUnavailable


@dataclass(frozen=True, slots=True)
class LocalFolderSource:
    """Copies rather than links, so that a change of the original cannot change a finished model."""

    folder: Path

    @property
    def name(self) -> str:
        return f"folder {self.folder}"

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        for file in files:
            _copy(self.folder / file.path, folder / file.path, file)
            progress(file.path, file.size_bytes, file.size_bytes)


def _copy(original: Path, copy: Path, file: ModelFile) -> None:
    if not original.is_file():
        raise SourceUnavailable(f"there is no {original}")
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(original, copy)
    if sha256_of(copy) != file.sha256:
        copy.unlink()
        raise SourceUnavailable(f"{original} does not have the SHA-256 {file.sha256}")

"""Weights from ModelScope, or from the mirror that MODELSCOPE_ENDPOINT names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from rag.models.sources.download import download
from rag.models.sources.weight_source import ModelFile, Progress

_HUB = "https://www.modelscope.cn"


@dataclass(frozen=True, slots=True)
class ModelScopeSource:
    repository: str
    revision: str = "master"

    @property
    def name(self) -> str:
        return f"ModelScope {self.repository}"

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        for file in files:
            download(self._url(file), file, folder / file.path, progress)

    def _url(self, file: ModelFile) -> str:
        endpoint = (os.environ.get("MODELSCOPE_ENDPOINT") or _HUB).rstrip("/")
        query = urlencode({"Revision": self.revision, "FilePath": file.path})
        return f"{endpoint}/api/v1/models/{self.repository}/repo?{query}"

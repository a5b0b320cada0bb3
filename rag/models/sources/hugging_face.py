"""Weights from the Hugging Face hub, or from the mirror that HF_ENDPOINT names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rag.models.sources.download import download
from rag.models.sources.weight_source import ModelFile, Progress, SourceUnavailable

_HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    repository: str
    revision: str = "main"

    @property
    def name(self) -> str:
        return f"Hugging Face {self.repository}"

    def deliver(self, files: Sequence[ModelFile], folder: Path, progress: Progress) -> None:
        if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
            raise SourceUnavailable("HF_HUB_OFFLINE is set")
        for file in files:
            download(self._url(file), file, folder / file.path, progress)

    def _url(self, file: ModelFile) -> str:
        endpoint = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
        return f"{endpoint}/{self.repository}/resolve/{self.revision}/{quote(file.path)}"

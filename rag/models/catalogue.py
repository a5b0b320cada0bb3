"""The catalogue of weights: what each name means, and where its files can be had. The entries are in catalogue.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from rag.errors import ModelUnknown
from rag.models.sources.hugging_face import HuggingFaceSource
from rag.models.sources.modelscope import ModelScopeSource
from rag.models.sources.weight_source import ModelFile, WeightSource
from rag.models.sources.wheels import WheelsSource

_SOURCES: Mapping[str, Callable[..., WeightSource]] = {
    "hugging-face": HuggingFaceSource,
    "modelscope": ModelScopeSource,
    "wheels": WheelsSource,
}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a name of the catalogue means. The first file holds the weights, and its hash names their revision.

    `dimension` is 0 for a chat model. `calibration` holds thresholds that were measured with these weights, under
    the names that the settings have for them.
    """

    name: str
    role: Literal["embedding", "chat"]
    format: Literal["sentence-transformers", "gguf", "transformers"]
    revision: str
    licence: str
    context_tokens: int
    files: tuple[ModelFile, ...]
    sources: tuple[WeightSource, ...]
    dimension: int = 0
    query_prefix: str = ""
    passage_prefix: str = ""
    calibration: Mapping[str, float] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def weights_revision(self) -> str:
        return self.files[0].sha256[:12]

    def path_in(self, folder: Path) -> Path:
        """What a runtime is given: the file of a GGUF, the folder of everything else."""
        return folder / self.files[0].path if self.format == "gguf" else folder


@cache
def catalogue() -> Mapping[str, ModelCard]:
    """Every model by name, in the order of the file."""
    text = resources.files("rag.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return MappingProxyType(parse_catalogue(text))


def parse_catalogue(text: str) -> dict[str, ModelCard]:
    return {name: _card(name, **table) for name, table in tomllib.loads(text).items()}


def find_card(name: str) -> ModelCard:
    """The card of a name; raises ModelUnknown."""
    card = catalogue().get(name)
    if card is None:
        raise ModelUnknown(model=name)
    return card


def _card(name: str, files: list[dict[str, Any]], sources: list[dict[str, Any]], **rest: Any) -> ModelCard:
    return ModelCard(
        name=name,
        files=tuple(ModelFile(**file) for file in files),
        sources=tuple(_source(**source) for source in sources),
        **rest,
    )


def _source(kind: str, **rest: Any) -> WeightSource:
    return _SOURCES[kind](**rest)

"""From settings to an embedder."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsInvalid
from rag.models.catalogue import ModelCard, catalogue
from rag.models.checksum import sha256_of
from rag.models.embedding import Embedder, EmbedderIdentity
from rag.models.endpoint_embedder import EndpointOptions
from rag.models.lazy_embedder import LazyEmbedder
from rag.models.matryoshka_embedder import MatryoshkaEmbedder
from rag.models.weights import locate
from rag.settings import EmbeddingSettings

if TYPE_CHECKING:
    from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder

_WEIGHT_PATTERNS = ("*.safetensors", "*.bin")


def make_embedder(settings: EmbeddingSettings, models_dir: Path) -> Embedder:
    """The embedder that the settings name; a model of the catalogue is loaded when it is first used.

    Raises SettingsInvalid, and for a model in the process ModelMissing, ModelCorrupt, ModelUnknown or ModelUnloadable.
    """
    embedder = _whole(settings, models_dir)
    return MatryoshkaEmbedder(embedder, settings.truncate_dimension) if settings.truncate_dimension else embedder


def _whole(settings: EmbeddingSettings, models_dir: Path) -> Embedder:
    if settings.backend == "openai":
        return _openai(settings)
    if settings.backend == "tei":
        return _tei(settings)
    if settings.backend == "llama-index":
        return _llama_index(settings)
    return _sentence_transformers(settings, models_dir)


def _sentence_transformers(settings: EmbeddingSettings, models_dir: Path) -> Embedder:
    card = catalogue().get(settings.model)
    if card and card.role != "embedding":
        raise _invalid("embedding.model", f"{card.name} is a {card.role} model")
    folder = locate(settings.model, models_dir)
    if card is None:
        return _loaded(settings, folder, folder.name, folder_revision(folder), None)
    query_prefix, passage_prefix = _prefixes(settings, card)
    revision = _pooled(card.weights_revision, settings)
    identity = EmbedderIdentity(card.name, revision, card.dimension, query_prefix, passage_prefix)
    load = partial(_loaded, settings, folder, card.name, card.weights_revision, card)
    return LazyEmbedder(identity, card.context_tokens, load)


def _loaded(
    settings: EmbeddingSettings, folder: Path, model: str, revision: str, card: ModelCard | None
) -> SentenceTransformersEmbedder:
    from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder

    prefixes = _prefixes(settings, card) if card else (settings.query_prefix, settings.passage_prefix)
    return SentenceTransformersEmbedder(
        folder,
        model=model,
        revision=_pooled(revision, settings),
        query_prefix=prefixes[0],
        passage_prefix=prefixes[1],
        query_prompt=settings.query_prompt,
        passage_prompt=settings.passage_prompt,
        pooling=settings.pooling,
        precision=settings.dtype,
        threads=settings.threads,
        batch_tokens=settings.batch_tokens,
    )


def _openai(settings: EmbeddingSettings) -> Embedder:
    from rag.models.openai_embedder import OpenAIEmbedder

    if not settings.url:
        raise _invalid("embedding.url", "backend openai needs the endpoint's base URL")
    return OpenAIEmbedder(_endpoint_options(settings), model=settings.model, dimension=settings.dimension)


def _tei(settings: EmbeddingSettings) -> Embedder:
    from rag.models.tei_embedder import TeiEmbedder

    if not settings.url:
        raise _invalid("embedding.url", "backend tei needs the server's URL")
    return TeiEmbedder(_endpoint_options(settings))


def _endpoint_options(settings: EmbeddingSettings) -> EndpointOptions:
    return EndpointOptions(
        settings.url,
        api_key=settings.api_key.get_secret_value(),
        query_prefix=settings.query_prefix or "",
        passage_prefix=settings.passage_prefix or "",
        batch_tokens=settings.batch_tokens,
        requests_per_minute=settings.requests_per_minute,
    )


def _llama_index(settings: EmbeddingSettings) -> Embedder:
    from rag.models.llama_index_embedder import LlamaIndexEmbedder

    return LlamaIndexEmbedder(
        settings.class_path,
        settings.class_arguments,
        model=settings.model,
        query_prefix=settings.query_prefix or "",
        passage_prefix=settings.passage_prefix or "",
    )


def _prefixes(settings: EmbeddingSettings, card: ModelCard) -> tuple[str, str]:
    """The settings', else the card's."""
    query, passage = settings.query_prefix, settings.passage_prefix
    return card.query_prefix if query is None else query, card.passage_prefix if passage is None else passage


def _pooled(revision: str, settings: EmbeddingSettings) -> str:
    """A revision tells vectors apart, and another pooling gives other vectors."""
    return revision if settings.pooling == "auto" else f"{revision}+{settings.pooling}"


def folder_revision(folder: Path) -> str:
    """The first 12 hex digits of the SHA-256 of a folder's weights: what its vectors hang on, wherever it lies."""
    weights = sorted(path for pattern in _WEIGHT_PATTERNS for path in folder.rglob(pattern))
    if len(weights) == 1:
        return sha256_of(weights[0])[:12]
    return hashlib.sha256("".join(map(sha256_of, weights)).encode()).hexdigest()[:12]


def _invalid(path: str, reason: str) -> SettingsInvalid:
    return SettingsInvalid(source="embedding", path=path, reason=reason)

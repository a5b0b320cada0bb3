"""From settings to an embedder."""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from pathlib import Path
from typing import TypedDict

from rag.errors import SettingsInvalid
from rag.models.catalogue import ModelCard, catalogue
from rag.models.checksum import sha256_of
from rag.models.embedding import Embedder, EmbedderIdentity
from rag.models.encoder_folder import EncoderFolder, read_encoder
from rag.models.endpoint_embedder import EndpointOptions
from rag.models.lazy_embedder import LazyEmbedder
from rag.models.matryoshka_embedder import MatryoshkaEmbedder
from rag.models.onnx_export import exported
from rag.models.precision import TorchPrecision, is_int8_fast
from rag.models.weights import locate
from rag.settings import EmbeddingSettings

_WEIGHT_PATTERNS = ("*.safetensors", "*.bin")

_log = logging.getLogger(__name__)


class _Common(TypedDict):
    """What embedders in the process are made with, whatever computes them."""

    model: str
    revision: str
    query_prefix: str | None
    passage_prefix: str | None
    query_prompt: str
    passage_prompt: str
    threads: int
    batch_tokens: int


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
        return _loaded(settings, folder, models_dir, folder.name, folder_revision(folder), None)
    query_prefix, passage_prefix = _prefixes(settings, card)
    revision = _pooled(card.weights_revision, settings)
    identity = EmbedderIdentity(card.name, revision, card.dimension, query_prefix, passage_prefix)
    load = partial(_loaded, settings, folder, models_dir, card.name, card.weights_revision, card)
    return LazyEmbedder(identity, card.context_tokens, load)


def _loaded(
    settings: EmbeddingSettings, folder: Path, models_dir: Path, model: str, revision: str, card: ModelCard | None
) -> Embedder:
    prefixes = _prefixes(settings, card) if card else (settings.query_prefix, settings.passage_prefix)
    common: _Common = {
        "model": model,
        "revision": _pooled(revision, settings),
        "query_prefix": prefixes[0],
        "passage_prefix": prefixes[1],
        "query_prompt": settings.query_prompt,
        "passage_prompt": settings.passage_prompt,
        "threads": settings.threads,
        "batch_tokens": settings.batch_tokens,
    }
    prepared = prepare_int8(settings, folder, models_dir, revision)
    if prepared:
        from rag.models.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(*prepared, **common)
    from rag.models.sentence_transformers_embedder import SentenceTransformersEmbedder

    precision: TorchPrecision = "auto" if settings.dtype == "int8" else settings.dtype
    return SentenceTransformersEmbedder(folder, pooling=settings.pooling, precision=precision, **common)


def prepare_int8(
    settings: EmbeddingSettings, folder: Path, models_dir: Path, revision: str
) -> tuple[EncoderFolder, Path] | None:
    """The encoder with its 8-bit weights, made where they are not there yet, if the settings want them.

    Raises ModelUnloadable, and SettingsInvalid for a model that is not fit for them.
    """
    if settings.dtype != "int8":
        return None
    if not is_int8_fast():
        _log.warning("embedding.dtype: this CPU is not known to multiply 8-bit integers without saturation")
    is_mean = settings.pooling in ("auto", "mean")
    encoder = read_encoder(folder, mean_is_set=settings.pooling == "mean") if is_mean else None
    if encoder is None:
        raise _invalid("embedding.dtype", "int8 needs an encoder of the BERT kind whose tokens' mean is the vector")
    return encoder, exported(folder, revision, models_dir)


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

"""Embeddings in the process, from a sentence-transformers folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag.errors import ModelUnloadable, SettingsInvalid
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.precision import TorchPrecision, resolved_precision
from rag.models.prompts import prompt_of
from rag.models.torch_threads import threads_for
from rag.models.vectors import about_tokens, length_batches, unit_rows

Pooling = Literal["auto", "mean", "cls", "lasttoken"]


class SentenceTransformersEmbedder:
    """Loads its model when it is made: seconds. Safe to call from several threads; they take turns by batch.

    A prefix of None takes the folder's own prompt for queries or passages: that of the name `query_prompt` or
    `passage_prompt`, or else of a usual name, if it has one. `pooling` is the folder's own, too, unless it is given.
    Raises ModelUnloadable, and SettingsInvalid for what the folder does not have. `threads` is the whole
    process's number of torch threads, for torch knows no other; 0 leaves it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model: str,
        revision: str,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        query_prompt: str = "",
        passage_prompt: str = "",
        pooling: Pooling = "auto",
        precision: TorchPrecision = "auto",
        threads: int = 0,
        batch_tokens: int = 8192,
    ) -> None:
        self._model = _load(folder, model, resolved_precision(precision))
        _pool(self._model, folder, model, pooling)
        self._counter = _counting_tokenizer(self._model)
        self._batch_tokens = batch_tokens
        self._turn = threading.Lock()
        self._identity = EmbedderIdentity(
            model=model,
            revision=revision,
            dimension=self._model.get_embedding_dimension(),
            query_prefix=prompt_of(self._model.prompts, "query", query_prompt)
            if query_prefix is None
            else query_prefix,
            passage_prefix=prompt_of(self._model.prompts, "passage", passage_prompt)
            if passage_prefix is None
            else passage_prefix,
        )
        if threads:
            import torch

            torch.set_num_threads(threads)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length or self._counter.model_max_length)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._identity.passage_prefix)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._identity.query_prefix)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = self._counter(list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        lengths = [min(about_tokens(prefix + text), self.max_tokens) for text in texts]
        for batch in length_batches(lengths, self._batch_tokens):
            with self._turn, threads_for(len(batch) * max(lengths[i] for i in batch)):
                vectors[batch] = self._encode([texts[i] for i in batch], prefix)
        return unit_rows(vectors)

    def _encode(self, texts: list[str], prefix: str) -> Vectors:
        # As a prompt, even an empty one: it keeps the folder's default prompt away, and some models do not pool it.
        encoded: Vectors = self._model.encode(texts, prompt=prefix, batch_size=len(texts), show_progress_bar=False)
        return encoded


def _load(folder: Path, model: str, precision: Literal["float32", "bfloat16"]) -> Any:
    # Before the import: the hub's library reads it once. A folder needs nothing from there.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        loaded = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": getattr(torch, precision)}
        )
    except Exception as error:
        raise ModelUnloadable(model=model, path=str(folder), reason=str(error)) from error
    loaded.eval()
    return loaded


def _counting_tokenizer(model: Any) -> Any:
    """A tokenizer of our own, for counting beside an encoding thread: the model's is changed by every call of it."""
    import copy

    return copy.deepcopy(model.tokenizer)


def _pool(model: Any, folder: Path, name: str, pooling: Pooling) -> None:
    """Let the model pool as is asked for. The library takes the mean where a folder does not say; that is a guess."""
    from sentence_transformers.sentence_transformer.modules import Pooling as PoolingModule

    if pooling == "auto":
        if not (folder / "modules.json").exists():
            reason = "the folder does not say how token vectors become one: set embedding.pooling"
            raise ModelUnloadable(model=name, path=str(folder), reason=reason)
        return
    places = [place for place, module in model.named_children() if isinstance(module, PoolingModule)]
    if not places:
        raise SettingsInvalid(source="embedding", path="embedding.pooling", reason=f"{name} has no pooling to replace")
    former = getattr(model, places[0])
    setattr(model, places[0], PoolingModule(former.embedding_dimension, pooling, former.include_prompt))

"""Embeddings in the process, from a sentence-transformers folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag.errors import ModelUnloadable
from rag.models.bfloat16 import is_bfloat16_fast
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.vectors import length_batches, unit_rows

Precision = Literal["auto", "float32", "bfloat16"]

_SPECIAL_TOKENS = 2
_BYTES_OF_A_TOKEN = 3
"""Of UTF-8: a Chinese character has as many and is hardly more than a token; English words have four to a token."""


class SentenceTransformersEmbedder:
    """Loads its model when it is made: seconds. Safe to call from several threads; they take turns by batch.

    A prefix of None takes the folder's own prompt for queries or passages, if it has one. `threads` is the whole
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
        precision: Precision = "auto",
        threads: int = 0,
        batch_tokens: int = 8192,
    ) -> None:
        self._model = _load(folder, model, _resolved(precision))
        self._counter = _counting_tokenizer(self._model)
        self._batch_tokens = batch_tokens
        self._turn = threading.Lock()
        self._identity = EmbedderIdentity(
            model=model,
            revision=revision,
            dimension=self._model.get_embedding_dimension(),
            query_prefix=_own_prompt(self._model, "query") if query_prefix is None else query_prefix,
            passage_prefix=_own_prompt(self._model, "passage", "document")
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
        return self._embed([self._identity.passage_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._identity.query_prefix + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = self._counter(list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        lengths = [min(_about_tokens(text), self.max_tokens) for text in texts]
        for batch in length_batches(lengths, self._batch_tokens):
            with self._turn:
                vectors[batch] = self._encode([texts[i] for i in batch])
        return unit_rows(vectors)

    def _encode(self, texts: list[str]) -> Vectors:
        # An empty prompt keeps the folder's default prompt away: the prefixes are in the texts already.
        encoded: Vectors = self._model.encode(texts, prompt="", batch_size=len(texts), show_progress_bar=False)
        return encoded


def _about_tokens(text: str) -> int:
    """Rather more than less, for batches that are alike in length: to count would be to tokenise everything twice."""
    return len(text.encode("utf-8", "replace")) // _BYTES_OF_A_TOKEN + _SPECIAL_TOKENS


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


def _own_prompt(model: Any, *names: str) -> str:
    return next((prompt for name in names if (prompt := model.prompts.get(name))), "")


def _resolved(precision: Precision) -> Literal["float32", "bfloat16"]:
    if precision == "auto":
        return "bfloat16" if is_bfloat16_fast() else "float32"
    return precision

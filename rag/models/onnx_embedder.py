"""Embeddings in the process by onnxruntime, with the weights of matrix products in 8 bits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelUnloadable
from rag.models.embedding import EmbedderIdentity, Vectors
from rag.models.encoder_folder import EncoderFolder
from rag.models.prompts import prompt_of
from rag.models.vectors import about_tokens, length_batches, unit_rows


class OnnxEmbedder:
    """Loads an exported encoder when it is made. Any number of threads may embed at the same time.

    Its identity is that of the model in float32 or bfloat16: the vectors of either are within a cosine of some 0.99 of
    its own, and of 160 questions in int8 as many find their passage among those in bfloat16 (decision 34). A text's
    vector hangs a little on the others of its batch, for they share the scale of activations.
    Neither torch nor its weights are loaded.
    Raises ModelUnloadable, and SettingsInvalid for a prompt that the folder does not have.
    """

    def __init__(
        self,
        encoder: EncoderFolder,
        exported: Path,
        *,
        model: str,
        revision: str,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        query_prompt: str = "",
        passage_prompt: str = "",
        threads: int = 0,
        batch_tokens: int = 8192,
    ) -> None:
        self._encoder = encoder
        self._batch_tokens = batch_tokens
        prompts = encoder.prompts
        self._identity = EmbedderIdentity(
            model=model,
            revision=revision,
            dimension=encoder.dimension,
            query_prefix=prompt_of(prompts, "query", query_prompt) if query_prefix is None else query_prefix,
            passage_prefix=prompt_of(prompts, "passage", passage_prompt) if passage_prefix is None else passage_prefix,
        )
        try:
            self._counter = _tokenizer(encoder)
            self._tokenizer = _cutting_tokenizer(encoder)
            self._session = _session(exported, threads)
        except Exception as error:
            raise ModelUnloadable(model=model, path=str(exported), reason=str(error)) from error

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._identity.passage_prefix)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._identity.query_prefix)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding) for encoding in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        vectors = np.empty((len(texts), self._identity.dimension), np.float32)
        prefixed = [prefix + text for text in texts]
        lengths = [min(about_tokens(text), self.max_tokens) for text in prefixed]
        for batch in length_batches(lengths, self._batch_tokens):
            vectors[batch] = self._encode([prefixed[i] for i in batch])
        return unit_rows(vectors)

    def _encode(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        inputs = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
        }
        encoded: Vectors = self._session.run(None, inputs)[0]
        return encoded


def _tokenizer(encoder: EncoderFolder) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _cutting_tokenizer(encoder: EncoderFolder) -> Any:
    """One that cuts and pads as the encoder needs it. It is set once, so that threads may share it."""
    tokenizer = _tokenizer(encoder)
    tokenizer.enable_truncation(encoder.max_tokens)
    tokenizer.enable_padding(pad_id=encoder.pad_token_id, pad_token=tokenizer.id_to_token(encoder.pad_token_id))
    return tokenizer


def _session(exported: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A thread that spins while it waits takes its core from the chat model.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Lengths differ from batch to batch: what the arena keeps for each would never be given back.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(exported), options, providers=["CPUExecutionProvider"])

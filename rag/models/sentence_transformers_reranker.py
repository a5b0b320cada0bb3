"""Cross-encoders in the process: bge-reranker, gte-reranker, mMiniLM …, by sentence-transformers."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelUnloadable, RerankerUnavailable
from rag.models.precision import TorchPrecision, resolved_precision


class SentenceTransformersReranker:
    """A folder with a sequence classifier of one label. It loads when it is first needed: seconds.

    Question and text are cut to `max_tokens` together, of the text's end first. Several threads take turns.
    """

    def __init__(self, folder: Path, *, precision: TorchPrecision = "auto", max_tokens: int = 512) -> None:
        self._folder = folder
        self._precision = precision
        self._max_tokens = max_tokens
        self._model: Any = None
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        return self._folder.name

    def warm(self) -> None:
        with self._turn:
            self._loaded()

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        if not texts:
            return []
        with self._turn:
            model = self._loaded()
            try:
                scores = model.predict([(question, text) for text in texts], show_progress_bar=False)
            except RuntimeError as error:
                raise RerankerUnavailable(model=self.name, reason=str(error)) from error
        return [float(score) for score in scores]

    def close(self) -> None:
        """Free the model."""
        with self._turn:
            self._model = None

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> Any:
        # Before the import: the hub's library reads it once. A folder needs nothing from there.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        dtype = getattr(torch, resolved_precision(self._precision))
        try:
            model = CrossEncoder(
                str(self._folder),
                device="cuda" if torch.cuda.is_available() else "cpu",
                local_files_only=True,
                max_length=self._max_tokens,
                model_kwargs={"dtype": dtype},
            )
            labels = model.num_labels
        except Exception as error:
            raise self._unloadable(str(error)) from error
        if labels != 1:
            raise self._unloadable(f"it has {labels} labels, and a reranker has one")
        model.eval()
        return model

    def _unloadable(self, reason: str) -> ModelUnloadable:
        return ModelUnloadable(model=self.name, path=str(self._folder), reason=reason)

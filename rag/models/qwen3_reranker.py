"""Qwen3-Reranker in the process: a causal model that is asked for yes or no.

Prompt, instruction and the reading of the two logits are those of the model card, by which it was trained:
https://huggingface.co/Qwen/Qwen3-Reranker-0.6B, "Transformers Usage".
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelUnloadable, RerankerUnavailable
from rag.models.precision import TorchPrecision, resolved_precision
from rag.models.vectors import length_batches

PREFIX = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"

_BATCH_TOKENS = 8192


class Qwen3Reranker:
    """Scores are the probability of yes against no. It loads when it is first needed; several threads take turns.

    `max_tokens` is the length of prompt, question and text together; the text's end is cut.
    """

    def __init__(
        self,
        folder: Path,
        *,
        instruction: str = "",
        precision: TorchPrecision = "auto",
        max_tokens: int = 1024,
    ) -> None:
        self._folder = folder
        self._instruction = instruction or INSTRUCTION
        self._precision = precision
        self._max_tokens = max_tokens
        self._model: Any = None
        self._tokenizer: Any = None
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        return self._folder.name

    def warm(self) -> None:
        with self._turn:
            self._load()

    def rerank(self, question: str, texts: Sequence[str]) -> list[float | None]:
        if not texts:
            return []
        with self._turn:
            self._load()
            try:
                return self._scores(question, texts)
            except RuntimeError as error:
                raise RerankerUnavailable(model=self.name, reason=str(error)) from error

    def close(self) -> None:
        """Free the model."""
        with self._turn:
            self._model = self._tokenizer = None

    def _scores(self, question: str, texts: Sequence[str]) -> list[float | None]:
        prompts = self._prompts(question, texts)
        scores: list[float | None] = [None] * len(texts)
        for batch in length_batches([len(prompt) for prompt in prompts], _BATCH_TOKENS):
            for place, score in zip(batch, self._batch_scores([prompts[place] for place in batch]), strict=True):
                scores[place] = score
        return scores

    def _prompts(self, question: str, texts: Sequence[str]) -> list[list[int]]:
        prefix, suffix = self._ids(PREFIX), self._ids(SUFFIX)
        room = max(1, self._max_tokens - len(prefix) - len(suffix))
        asked = [f"<Instruct>: {self._instruction}\n<Query>: {question}\n<Document>: {text}" for text in texts]
        return [[*prefix, *self._ids(pair)[:room], *suffix] for pair in asked]

    def _batch_scores(self, prompts: Sequence[list[int]]) -> list[float]:
        import torch

        padded = self._tokenizer.pad({"input_ids": list(prompts)}, padding=True, return_tensors="pt")
        with torch.inference_mode():
            logits = self._model(**padded.to(self._model.device), logits_to_keep=1).logits[:, -1, :].float()
        yes, no = self._answers
        judged: list[float] = torch.softmax(logits[:, [no, yes]], dim=1)[:, 1].tolist()
        return judged

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    @property
    def _answers(self) -> tuple[int, int]:
        yes, no = self._tokenizer.convert_tokens_to_ids(["yes", "no"])
        return yes, no

    def _load(self) -> None:
        if self._model is not None:
            return
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        dtype = getattr(torch, resolved_precision(self._precision))
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._folder, padding_side="left", local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(self._folder, dtype=dtype, local_files_only=True)
        except (OSError, ValueError) as error:
            raise self._unloadable(str(error)) from error
        answers = tokenizer.convert_tokens_to_ids(["yes", "no"])
        if None in answers or tokenizer.unk_token_id in answers:
            raise self._unloadable("its vocabulary lacks the words yes and no")
        self._tokenizer = tokenizer
        self._model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def _unloadable(self, reason: str) -> ModelUnloadable:
        return ModelUnloadable(model=self.name, path=str(self._folder), reason=reason)

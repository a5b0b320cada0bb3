"""Ingestion end to end against the embedding model by itself, on the same passages in the same run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.services import Services, open_services
from benchmarks.corpus import MadeUpDocument, documents
from benchmarks.figures import Figure, Run, at_least
from benchmarks.jobs import ingested
from rag.models.embedding import Embedder, EmbedderIdentity, Vectors
from rag.models.factory import make_embedder
from rag.models.precision import resolved_precision
from rag.models.weights import locate
from rag.settings import Settings

_ROUNDS = 3


class OverheardEmbedder:
    """An embedder that remembers the passages it was given, prefix and all, for another to embed once more."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.passages: list[str] = []

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += [self.identity.passage_prefix + text for text in texts]
        return self._embedder.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)


def measure(run: Run) -> Iterator[Figure]:
    """Made-up Markdown documents from intake to live, then `SentenceTransformer.encode` on what was embedded.

    Both take turns in rounds, so that a machine that slows down slows both. The bare model has the same weights in
    the same precision on the same threads, and `encode`'s own batches of 32.
    """
    with TemporaryDirectory(prefix="chuchu-bench-") as folder:
        settings = run.settings.model_copy(update={"data_dir": Path(folder)})
        rounds = asyncio.run(_rounds(run, settings))
    passages = sum(passages for passages, _, _ in rounds)
    whole = passages / sum(whole_s for _, whole_s, _ in rounds)
    bare = passages / sum(bare_s for _, _, bare_s in rounds)
    yield Figure("ingestion, end to end", whole, "passages/s")
    yield Figure("ingestion, bare SentenceTransformer.encode", bare, "passages/s")
    yield Figure("ingestion, share of the bare model's speed", whole / bare, "", at_least(0.9))


async def _rounds(run: Run, settings: Settings) -> list[tuple[int, float, float]]:
    """Of each round: passages, seconds end to end, seconds of the bare model."""
    run.say("loading the model twice")
    embedder = OverheardEmbedder(make_embedder(settings.embedding, settings.models_dir))
    bare = _bare_model(settings)
    made = documents(seed=1)
    async with open_services(settings, working=True, embedder=embedder) as services:
        await ingested(services, list(islice(made, 1)))  # the first document starts the parser
        await asyncio.to_thread(bare.encode, embedder.passages[:1])
        rounds = []
        for number in range(run.size(_ROUNDS, 1)):
            run.say(f"round {number + 1}")
            rounds.append(await _round(services, list(islice(made, run.size(16, 2))), embedder, bare))
        return rounds


async def _round(
    services: Services, made: Sequence[MadeUpDocument], embedder: OverheardEmbedder, bare: Any
) -> tuple[int, float, float]:
    embedder.passages.clear()
    started = time.perf_counter()
    passages = await ingested(services, made)
    whole_s = time.perf_counter() - started
    assert passages == len(embedder.passages), "every passage is embedded once"
    started = time.perf_counter()
    await asyncio.to_thread(bare.encode, embedder.passages, show_progress_bar=False)
    return passages, whole_s, time.perf_counter() - started


def _bare_model(settings: Settings) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    dtype = settings.embedding.dtype
    precision = resolved_precision("auto" if dtype == "int8" else dtype)  # torch has no int8 of its own
    folder = locate(settings.embedding.model, settings.models_dir)
    return SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": getattr(torch, precision)}
    )

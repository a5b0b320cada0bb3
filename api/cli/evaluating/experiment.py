"""The real system over a scratch folder: opened, the corpus indexed, ready to be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.cli.evaluating.corpus import Corpus, index_corpus, is_indexed
from api.cli.evaluating.scratch import scratch_settings
from api.cli.terminal import Terminal
from rag.settings import Settings

if TYPE_CHECKING:
    from api.cli.evaluating.gold_documents import GoldDocuments
    from api.services import Services
    from rag.evaluation.vector_memory import RememberingEmbedder


@dataclass(frozen=True, slots=True)
class Experiment:
    services: Services
    embedder: RememberingEmbedder
    gold: GoldDocuments


@asynccontextmanager
async def open_experiment(
    settings: Settings, terminal: Terminal, corpus: Corpus, *, reuse_vectors: bool
) -> AsyncIterator[Experiment]:
    """The vectors of passages are always kept between runs. Those of questions and of source sentences are so only with
    `reuse_vectors`, since whoever waits for an answer waits for them too.
    """
    from api.cli.evaluating.gold_documents import GoldDocuments
    from api.services import open_services
    from rag.evaluation.vector_memory import RememberingEmbedder
    from rag.models.factory import make_embedder

    scratch = scratch_settings(settings, corpus.paths)
    with terminal.err.status(terminal.text("Loading the models …", "正在加载模型……")):
        model = make_embedder(settings.embedding, settings.models_dir)
        embedder = RememberingEmbedder(model, settings.data_dir / "scratch" / "vectors")
        # Where nothing is left to index, a worker that looks for work would only take its share of the processor.
        stack = open_services(scratch, working=not is_indexed(scratch), embedder=embedder)
        services = await stack.__aenter__()
    try:
        await index_corpus(services, terminal, corpus)
        embedder.remembers = reuse_vectors
        yield Experiment(services, embedder, await GoldDocuments.of(services))
    finally:
        await stack.__aexit__(None, None, None)
        embedder.close()

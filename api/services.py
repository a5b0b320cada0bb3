"""The composition root: everything that answers and ingests, built once from the settings."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from api.pages import Pages
from ingest.intake import Intake
from ingest.parsing.records import ParseLimits, Recognition
from ingest.parsing.sandbox import ParserPool
from ingest.parsing.unfinished_files import UnfinishedFiles
from ingest.pipeline import IngestPipeline
from ingest.upkeep import IndexUpkeep
from ingest.worker_name import worker_name
from rag.answering.answerer import Answerer
from rag.answering.calibration import Calibration
from rag.answering.citing import Citer
from rag.answering.conflicts import Conflicts
from rag.answering.filling import ContextFiller
from rag.answering.whole.comparer import Comparer
from rag.answering.whole.reading import WholeDocuments
from rag.answering.whole.summarizer import Summarizer
from rag.index.factory import make_index
from rag.index.passage_index import PassageIndex
from rag.models.batching import EmbeddingBatcher
from rag.models.chat import ChatModel
from rag.models.chat_factory import make_chat_model
from rag.models.chat_pace import ChatPace
from rag.models.embedding import Embedder
from rag.models.factory import make_embedder
from rag.models.reranker_factory import make_reranker
from rag.models.weights import locate
from rag.retrieval.corpora import Corpora
from rag.retrieval.priors import language_priors
from rag.retrieval.rerank_stage import RerankStage
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.store.database_url import database_url
from rag.store.factory import Stores, open_stores
from rag.store.parsed_documents import ParsedDocuments

log = logging.getLogger("chuchu")


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors use. Tests make one from other parts."""

    settings: Settings
    stores: Stores
    parsed: ParsedDocuments
    index: PassageIndex
    intake: Intake
    retriever: Retriever
    answerer: Answerer
    summarizer: Summarizer
    comparer: Comparer
    chat: ChatModel | None
    pages: Pages
    warm: Callable[[], Awaitable[None]]
    """Loads what the first question and the first file would otherwise wait for: seconds."""


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    working: bool | None = None,
    embedder: Embedder | None = None,
    chat: ChatModel | None = None,
    index: PassageIndex | None = None,
) -> AsyncIterator[Services]:
    """Open everything, in the order of need, and close it in the reverse.

    `working` says whether this process ingests; by default, as the settings say. An embedder, a chat model and an
    index may be handed in, in place of those of the settings. Raises what any part raises when it cannot open.
    """
    async with AsyncExitStack() as stack:
        data_dir = settings.data_dir
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        model = embedder or await _load_embedder(settings)
        index = index or make_index(settings.index, data_dir)
        stack.push_async_callback(index.close)
        await index.open(model.identity)
        stores = await open_stores(settings, data_dir)
        stack.push_async_callback(stores.close)
        batcher = EmbeddingBatcher(model, remembered_queries=settings.embedding.remembered_queries)
        stack.push_async_callback(batcher.close)
        parsed = ParsedDocuments(stores.blobs)
        limits, recognition = ParseLimits.of(settings.ingest), Recognition.of(settings.ingest, data_dir)
        parsers = ParserPool(limits, settings.ingest.parsers, recognition, data_dir / "scratch")
        stack.push_async_callback(parsers.close)
        # Not warmed: most services never need it, and its processes start when they are first asked.
        urgent = ParserPool(limits, recognition=recognition, scratch_root=data_dir / "scratch")
        stack.push_async_callback(urgent.close)
        pipeline = IngestPipeline(
            stores,
            parsed,
            index,
            batcher,
            parsers,
            settings.ingest,
            settings.quality,
            urgent,
            UnfinishedFiles.below(data_dir),
        )
        announce = await _start_worker(stack, pipeline, settings, working)
        priors = await language_priors(model, stores.blobs)
        reranking = _reranking(settings)
        if reranking is not None:
            stack.push_async_callback(reranking.close)
        retriever = Retriever(
            index, stores.documents, parsed, batcher.embed_query, priors, settings.retrieval, reranking
        )
        writer = chat or make_chat_model(settings.chat, lambda name: locate(name, settings.models_dir))
        if writer is not None:
            stack.push_async_callback(writer.close)
        citer, calibration = Citer(parsed), Calibration.chosen(settings.answering)
        pace = ChatPace(data_dir / "chat_pace.json")
        conflicts = Conflicts(stores.documents, batcher, citer)
        timeout_s = settings.chat.timeout_s
        whole = WholeDocuments(stores.documents, parsed, index, Corpora(stores.documents, priors))
        answerer = Answerer(
            retriever,
            batcher,
            writer,
            citer,
            calibration,
            settings.answering,
            timeout_s,
            conflicts,
            prices=settings.chat,
            pace=pace,
            filler=ContextFiller(whole, model.count_tokens),
        )
        summarizer = Summarizer(whole, batcher, writer, citer, calibration, settings.answering, timeout_s)
        comparer = Comparer(whole, batcher, writer, citer, calibration, settings.answering, timeout_s)
        intake = Intake(stores, index, settings.ingest, announce)
        if _is_working(settings, working):
            _start_watching(stack, stores, intake, settings)
            upkeep = IndexUpkeep(index)
            upkeep.open()
            stack.push_async_callback(upkeep.close)
        pages = Pages(stores, parsed, parsers)
        warm = partial(_warm, batcher, writer, parsers, reranking)
        yield Services(
            settings, stores, parsed, index, intake, retriever, answerer, summarizer, comparer, writer, pages, warm
        )


def _reranking(settings: Settings) -> RerankStage | None:
    reranker = make_reranker(settings.rerank, lambda name: locate(name, settings.models_dir))
    if reranker is None:
        return None
    # Requests to an endpoint wait for it, and not for this machine's cores.
    parallel = 8 if settings.rerank.backend in ("cohere", "tei") else 1
    return RerankStage(reranker, settings.rerank, parallel=parallel)


async def _warm(
    embedder: EmbeddingBatcher, chat: ChatModel | None, parsers: ParserPool, reranking: RerankStage | None
) -> None:
    await embedder.embed_query("warm")
    if reranking is not None:
        await reranking.warm()
    if chat is not None:
        await chat.warm()
    await parsers.warm()


async def _load_embedder(settings: Settings) -> Embedder:
    return await asyncio.to_thread(make_embedder, settings.embedding, settings.models_dir)


async def _start_worker(
    stack: AsyncExitStack, pipeline: IngestPipeline, settings: Settings, working: bool | None
) -> Callable[[], None]:
    """Start the worker where this process is to ingest; the function that tells it of new work."""
    if not _is_working(settings, working):
        return lambda: None
    from ingest.jobs import JobWorker  # DBOS takes half a second to import, which a pure API process can save

    # A worker continues its own work when it comes back. The embedded index has one owner, on whatever host it runs.
    name = "owner" if settings.index.backend == "edge" else socket.gethostname()
    executor = stack.enter_context(worker_name(settings.data_dir / "workers", name))
    worker = JobWorker(pipeline, _jobs_url(settings, settings.data_dir), executor, settings.ingest.concurrency)
    await worker.open()
    stack.push_async_callback(worker.close)
    return worker.announce


def _is_working(settings: Settings, working: bool | None) -> bool:
    return settings.ingest.worker == "inside" if working is None else working


def _start_watching(stack: AsyncExitStack, stores: Stores, intake: Intake, settings: Settings) -> None:
    if not settings.ingest.watch:
        return
    from ingest.watching import FolderWatcher

    watcher = FolderWatcher(stores.documents, intake, settings.ingest.watch, settings.ingest.watch_every_s)
    watcher.open()
    stack.push_async_callback(watcher.close)


def _jobs_url(settings: Settings, data_dir: Path) -> str:
    """Where DBOS keeps its own tables: beside ours on PostgreSQL, in a file of their own with SQLite."""
    url = database_url(settings.database, data_dir)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir / 'jobs.db'}"
    return url.set(drivername="postgresql").render_as_string(hide_password=False)

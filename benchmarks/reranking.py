"""How fast cross-encoders of usual sizes read passages on this machine's CPU.

Their weights are random: time does not depend on what they hold, and no package index carries those of a multilingual
reranker. What reranking is worth, and not what it costs, is for `chuchu eval`.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.corpus import documents, questions
from benchmarks.figures import Figure, Run, quantile
from rag.documents import Passage, ScoredPassage, Span
from rag.models.sentence_transformers_reranker import SentenceTransformersReranker
from rag.models.weights import locate
from rag.retrieval.rerank_stage import RerankStage
from rag.settings import RerankSettings

_SIZES = {"12 layers of 384 (MiniLM)": (12, 384), "12 layers of 768 (base)": (12, 768)}
_CHARACTERS = (400, 160)
"""Of an English and a Chinese text: about a passage of 96 tokens with its header."""


def measure(run: Run) -> Iterator[Figure]:
    """Milliseconds a passage, and how many passages the default budget is worth once the stage has found its pace."""
    sizes = {"2 layers of 32": (2, 32)} if run.quick else _SIZES
    passages = _passages(40)
    for name, (layers, width) in sizes.items():
        run.say(f"a cross-encoder with {name}")
        with TemporaryDirectory(prefix="chuchu-bench-") as folder:
            _save(Path(folder), locate("multilingual-e5-small", run.settings.models_dir), layers, width)
            reranker = SentenceTransformersReranker(Path(folder))
            yield Figure(
                f"reranking, {name}, median", _milliseconds_each(reranker, passages, run.size(5, 1)), "ms/passage"
            )
            depth, slowest_s = asyncio.run(_paced(reranker, passages, run.size(20, 2)))
            yield Figure(f"reranking, {name}, passages in {RerankSettings().budget_s:g} s", depth, "passages")
            yield Figure(f"reranking, {name}, slowest question", slowest_s, "s")


def _milliseconds_each(reranker: SentenceTransformersReranker, passages: list[ScoredPassage], times: int) -> float:
    texts = [passage.text for passage in passages]
    seconds = []
    for question in islice(questions(), times + 1):
        started = perf_counter()
        reranker.rerank(question, texts)
        seconds.append((perf_counter() - started) / len(texts))
    return quantile(seconds[1:], 0.5) * 1000  # the first run of a model is slower than all others


async def _paced(
    reranker: SentenceTransformersReranker, passages: list[ScoredPassage], times: int
) -> tuple[int, float]:
    """The median depth that the stage reaches, and the longest that a question took."""
    stage = RerankStage(reranker, RerankSettings(depth=len(passages)))
    await stage.warm()
    depths, seconds = [], []
    for question in islice(questions(), times):
        started = perf_counter()
        done = await stage.rerank(question, "en", passages)
        seconds.append(perf_counter() - started)
        depths.append(sum("rerank" in passage.why for passage in done.passages))
    await stage.close()
    return int(quantile(depths, 0.5)), max(seconds)


def _passages(most: int) -> list[ScoredPassage]:
    first = Passage("0", "d", "v", "c", Span(0, 1), "", "en")
    texts = (document.text[: _CHARACTERS[number % 2]] for number, document in enumerate(documents()))
    return [
        ScoredPassage(replace(first, id=str(rank)), text, "", "", 1 / rank, rank)
        for rank, text in enumerate(islice(texts, most), start=1)
    ]


def _save(folder: Path, tokenizer: Path, layers: int, width: int) -> None:
    """A classifier with random weights, over the vocabulary of the embedder's tokenizer."""
    from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaForSequenceClassification

    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer / name, folder / name)
    config = XLMRobertaConfig(
        vocab_size=len(AutoTokenizer.from_pretrained(folder)),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(2, width // 64),
        intermediate_size=4 * width,
        max_position_embeddings=514,
        num_labels=1,
    )
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)

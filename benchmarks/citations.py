"""Answers and their citations side by side with LlamaIndex's CitationQueryEngine, in one run."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from api.cli.evaluating.corpus import COLLECTION, Corpus
from api.cli.evaluating.experiment import open_experiment
from api.cli.terminal import Terminal
from benchmarks.citation_query_engine import CitationEngine
from benchmarks.evaluation_data import evaluation_folder
from benchmarks.figures import Figure, Run, quantile
from rag.evaluation.datasets import CorpusDocument, EvaluationQuestion, read_corpus, read_questions
from rag.evaluation.measures import measure_all
from rag.evaluation.runs import Row, answer_row
from rag.evaluation.summary import summarise

FOLDER: Final = "dev/dragonball"
SEED: Final = 11
QUESTIONS: Final = (("fact_based", 4), ("multi_hop", 3), ("unanswerable", 3))
"""How many of each type and language; `--rounds` multiplies them."""
OTHER_DOCUMENTS: Final = 60
"""Documents that answer none of the questions, so that there is something to find."""
MEASURES: Final = (
    *("attributed", "cite_P_ev", "cite_R_ev", "cite_num_support", "num_invented", "cite_dangling", "sent_cited"),
    *("refusal", "over_refusal", "refusal_cites"),
)


def measure(run: Run) -> Iterator[Figure]:
    """The same documents, questions, embedder and chat model. Each system answers with its own defaults.

    A stock engine cites whole chunks of 512 tokens, which hold the evidence the more easily: its figures of citations
    are flattered by that.
    """
    folder = evaluation_folder(run, FOLDER)
    if folder is None:
        return
    questions = _sampled(read_questions(folder / "queries.jsonl"), run.size(run.rounds or 1, 1), quick=run.quick)
    documents = _documents(list(read_corpus([folder / "corpus.jsonl"])), questions)
    run.say(f"{len(questions)} questions over {len(documents)} documents")
    ours, theirs = asyncio.run(_answered(run, documents, questions))
    yield from _figures("Chuchu", questions, ours)
    yield from _figures("CitationQueryEngine", questions, theirs)


def _sampled(questions: Sequence[EvaluationQuestion], times: int, *, quick: bool) -> list[EvaluationQuestion]:
    chosen = []
    for language in ("zh", "en"):
        for kind, count in QUESTIONS:
            some = [one for one in questions if one.language == language and one.type == kind]
            random.Random(SEED).shuffle(some)
            chosen += some[: 1 if quick else count * times]
    return chosen


def _documents(corpus: Sequence[CorpusDocument], questions: Sequence[EvaluationQuestion]) -> list[CorpusDocument]:
    wanted = {name for question in questions for name in question.gold}
    others = [document for document in corpus if document.id not in wanted]
    random.Random(SEED).shuffle(others)
    return [document for document in corpus if document.id in wanted] + others[:OTHER_DOCUMENTS]


async def _answered(
    run: Run, documents: Sequence[CorpusDocument], questions: Sequence[EvaluationQuestion]
) -> tuple[list[Row], list[Row]]:
    with TemporaryDirectory(prefix="chuchu-bench-") as name:
        settings = run.settings.model_copy(update={"data_dir": Path(name)})
        corpus = _written(Path(name) / "corpus.jsonl", documents)
        async with open_experiment(settings, Terminal.of(settings), corpus, reuse_vectors=False) as experiment:
            services = experiment.services
            if services.chat is None:
                raise RuntimeError("there is no chat model to compare with: chat.backend is none")
            run.say("indexing for CitationQueryEngine")
            engine = await asyncio.to_thread(CitationEngine, documents, experiment.embedder, services.chat)
            ours, theirs = [], []
            for question in questions:
                run.say(question.query)
                answer = await services.answerer.answer(question.query, collection=COLLECTION)
                ours.append(answer_row(question.id, answer, str))
                theirs.append(await engine.answer(question))
            return ours, theirs


def _written(path: Path, documents: Sequence[CorpusDocument]) -> Corpus:
    records = ({"id": document.id, "title": document.title, "text": document.text} for document in documents)
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), encoding="utf-8")
    return Corpus.of([path], [])


def _figures(name: str, questions: Sequence[EvaluationQuestion], rows: Sequence[Row]) -> Iterator[Figure]:
    summary = summarise(measure_all(zip(questions, rows, strict=True)), [])
    for measured in MEASURES:
        estimate = summary.of(summary.groups[0], measured)
        if estimate is not None:
            yield Figure(f"{name}: {measured} ({estimate.questions})", 100 * estimate.mean, "%")
    yield Figure(f"{name}: seconds an answer, p50", quantile([row["latency_s"] for row in rows], 0.5), "s")

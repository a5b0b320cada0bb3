"""Answers on a warm server with the default chat model: the waits that a reader feels."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.schemas import AnswerOut
from benchmarks.figures import Figure, Run, at_most, quantile
from benchmarks.server import Server, ingest, served
from benchmarks.startup import REPOSITORY
from rag.evaluation.datasets import EvaluationQuestion, read_questions

SAMPLES = REPOSITORY / "samples"


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of one question. `first_token_s` and `first_sentence_s` are None where there was none: a refusal."""

    first_token_s: float | None
    first_sentence_s: float | None
    answer_s: float


def measure(run: Run) -> Iterator[Figure]:
    """The demo's questions over the sample documents, one after another, after another question as a warm-up.

    The first verified sentence and the whole answer are timed by the client. The first token is the server's own
    figure, counted from the question's arrival: under the policy `strict` a reader never sees a token unverified.
    """
    asked = read_questions(SAMPLES / "questions.jsonl")
    warm_up = next(question for question in asked if question.answerable and not question.demo)
    demo = [question for question in asked if question.demo]
    with TemporaryDirectory(prefix="chuchu-bench-") as folder, served(Path(folder)) as server:
        run.say("ingesting the samples")
        ingest(server.client, sorted((SAMPLES / "documents").iterdir()))
        run.say("warming up")
        _ask(server, warm_up)
        waits = [_asked(run, server, question) for question in demo[: run.size(len(demo), 2)]]
        yield from _figures(waits)
        yield Figure("server's peak memory, answers", server.peak_resident_bytes() / 1e6, "MB")


def _figures(waits: Sequence[Waits]) -> Iterator[Figure]:
    tokens = [wait.first_token_s for wait in waits if wait.first_token_s is not None]
    sentences = [wait.first_sentence_s for wait in waits if wait.first_sentence_s is not None]
    if not tokens or not sentences:
        raise RuntimeError("no question was answered by the chat model, so there is nothing to time")
    yield Figure("first token p50", quantile(tokens, 0.5), "s", at_most(20))
    yield Figure("first token, slowest", max(tokens), "s")
    yield Figure("first verified sentence p50", quantile(sentences, 0.5), "s")
    yield Figure("whole answer p50", quantile([wait.answer_s for wait in waits], 0.5), "s")
    yield Figure("whole answer, slowest", max(wait.answer_s for wait in waits), "s")


def _asked(run: Run, server: Server, question: EvaluationQuestion) -> Waits:
    run.say(question.query)
    return _ask(server, question)


def _ask(server: Server, question: EvaluationQuestion) -> Waits:
    started = time.perf_counter()
    first_sentence_s: float | None = None
    for name, payload in server.client.answer_events(question.query):
        elapsed = time.perf_counter() - started
        if name == "sentence" and not payload["held_back"] and first_sentence_s is None:
            first_sentence_s = elapsed
        if name == "answer":
            return _waits(payload["answer"], first_sentence_s, elapsed)
    raise RuntimeError(f"the stream ended without an answer to: {question.query}")


def _waits(payload: dict[str, Any], first_sentence_s: float | None, answer_s: float) -> Waits:
    """Raises RuntimeError for an answer that the chat model did not write: extracts are fast and prove nothing."""
    answer = AnswerOut.model_validate(payload)
    if answer.mode != "generated":
        raise RuntimeError(f"the chat model did not answer: {' '.join(answer.notices) or answer.mode}")
    return Waits(answer.timings.get("first_token_s"), first_sentence_s, answer_s)

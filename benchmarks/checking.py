"""What evidence costs a reader: sources shown, each sentence checked, and the first word, against the bare model's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.evaluating.corpus import COLLECTION, Corpus, index_corpus
from api.cli.terminal import Terminal
from api.services import Services, open_services
from benchmarks.answers import SAMPLES
from benchmarks.figures import Figure, Run, at_most, quantile
from rag.answering.events import SentenceChecked, SourcesFound
from rag.evaluation.datasets import EvaluationQuestion, read_questions
from rag.models.chat import ChatDelta, ChatModel, GenerationOptions, Message
from rag.models.chat_factory import make_chat_model
from rag.models.weights import locate
from rag.settings import Settings
from rag.testing import ChatScript, ScriptedChat
from rag.text.language import detect_language


def measure(run: Run) -> Iterator[Figure]:
    """Over the sample documents, in this process, without HTTP.

    For the cost of a sentence, a scripted chat model writes the evidence at once: what passes between two sentences is
    attribution and verification, and nothing else. For the first word, the real model is given the same prompt with and
    without us, the second time with a word before the sources: it keeps what it has read, and is to know the rules both
    times and the sources neither time. The judge is off there: it is one more question to the model, and its cost is in
    the figures of `answers`.
    """
    asked = [question for question in read_questions(SAMPLES / "questions.jsonl") if _has_evidence_to_write(question)]
    with TemporaryDirectory(prefix="chuchu-bench-") as name:
        settings = _unjudged(run.settings.model_copy(update={"data_dir": Path(name)}))
        yield from asyncio.run(_checking(run, settings, asked[: run.size(len(asked), 3)]))
        yield from asyncio.run(_first_words(run, settings, asked[: run.size(5, 2)]))


def _unjudged(settings: Settings) -> Settings:
    return settings.model_copy(update={"answering": settings.answering.model_copy(update={"judge": False})})


def _has_evidence_to_write(question: EvaluationQuestion) -> bool:
    """In the question's language: the model is to answer in that."""
    return bool(question.evidence) and all(
        detect_language(sentence) == question.language for sentence in question.evidence
    )


async def _checking(run: Run, settings: Settings, asked: Sequence[EvaluationQuestion]) -> list[Figure]:
    shown: list[float] = []
    checked: list[float] = []
    async with open_services(settings, working=True, chat=ScriptedChat(_evidence_of(asked))) as services:
        await _indexed(run, services)
        await services.warm()
        for question in asked:
            run.say(question.query)
            await _watch(services, question.query, shown, checked)
    return [
        Figure("sources shown p50", 1000 * quantile(shown, 0.5), "ms", at_most(300)),
        Figure("sources shown p95", 1000 * quantile(shown, 0.95), "ms"),
        Figure(f"a sentence attributed and verified p50, of {len(checked)}", 1000 * quantile(checked, 0.5), "ms"),
        Figure("a sentence attributed and verified p95", 1000 * quantile(checked, 0.95), "ms", at_most(150)),
    ]


def _evidence_of(asked: Sequence[EvaluationQuestion]) -> ChatScript:
    """The evidence of the question that stands in a prompt, said twice: the first sentence is not counted."""

    def written(messages: Sequence[Message]) -> str:
        question = next(question for question in asked if question.query in messages[-1].content)
        return "\n".join(2 * question.evidence)

    return written


async def _watch(services: Services, question: str, shown: list[float], checked: list[float]) -> None:
    """The first sentence waits for the source sentences to be embedded, which the model's reading hides."""
    stream = services.answerer.stream(question, collection=COLLECTION)
    started = last = time.perf_counter()
    sentences = 0
    async with aclosing(stream) as events:
        async for event in events:
            now = time.perf_counter()
            if isinstance(event, SourcesFound):
                shown.append(now - started)
            if isinstance(event, SentenceChecked):
                sentences += 1
                if sentences > 1:
                    checked.append(now - last)
            last = now


async def _first_words(run: Run, settings: Settings, asked: Sequence[EvaluationQuestion]) -> list[Figure]:
    chat = make_chat_model(settings.chat, lambda name: locate(name, settings.models_dir))
    if chat is None:
        run.say("skipped: there is no chat model (chat.backend is none)")
        return []
    watched = _Watched(chat)
    warm_up, *asked = asked
    ours, bare = [], []
    async with open_services(settings, working=False, chat=watched) as services:
        await services.warm()
        await services.answerer.answer(warm_up.query, collection=COLLECTION)
        for question in asked:
            run.say(question.query)
            answer = await services.answerer.answer(question.query, collection=COLLECTION)
            if "first_token_s" in answer.timings:
                ours.append(answer.timings["first_token_s"])
                bare.append(await _first_word(chat, _as_if_unread(watched.asked)))
    if not ours:
        raise RuntimeError("no question was answered by the chat model, so there is nothing to time")
    ratio = sum(ours) / sum(bare)
    return [
        Figure("first token, p50", quantile(ours, 0.5), "s"),
        Figure("first token, the bare model with the same prompt, p50", quantile(bare, 0.5), "s"),
        Figure("first token, ours by the bare model's", ratio, "", at_most(1.05)),
    ]


class _Watched:
    """A chat model that keeps what it was asked last; it is no judge."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.asked: Sequence[Message] = ()

    @property
    def name(self) -> str:
        return self._chat.name

    @property
    def context_tokens(self) -> int:
        return self._chat.context_tokens

    def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        self.asked = messages
        return self._chat.stream(messages, options)

    async def count_tokens(self, text: str) -> int:
        return await self._chat.count_tokens(text)

    async def warm(self) -> None:
        await self._chat.warm()

    async def close(self) -> None:
        await self._chat.close()


def _as_if_unread(messages: Sequence[Message]) -> list[Message]:
    rules, question = messages
    return [rules, Message(question.role, f"Hello.\n{question.content}")]


async def _first_word(chat: ChatModel, messages: Sequence[Message]) -> float:
    """Seconds to the first piece; the reply is stopped there."""
    started = time.perf_counter()
    stream = chat.stream(messages, GenerationOptions())
    try:
        await anext(aiter(stream))
        return time.perf_counter() - started
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


async def _indexed(run: Run, services: Services) -> None:
    run.say("ingesting the samples")
    await index_corpus(services, Terminal.of(services.settings), Corpus.of([], [SAMPLES / "documents"]))

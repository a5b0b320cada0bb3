from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from rag.errors import EmbedderUnavailable
from rag.models import batching
from rag.models.batching import EmbeddingBatcher
from rag.models.embedding import Vectors
from rag.testing import HashEmbedder


class RecordingEmbedder(HashEmbedder):
    """Notes every batch, and holds each back until `gate` lets it go. A text `bad` fails its batch."""

    def __init__(self) -> None:
        super().__init__(16)
        self.batches: list[tuple[str, list[str]]] = []
        self.threads: set[int] = set()
        self.started = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)

    def open_the_gate(self) -> None:
        self.gate.release(1000)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._note("passages", texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._note("queries", texts)

    def _note(self, kind: str, texts: Sequence[str]) -> Vectors:
        self.batches.append((kind, list(texts)))
        self.threads.add(threading.get_ident())
        self.started.release()
        assert self.gate.acquire(timeout=10)
        if "bad" in texts:
            raise EmbedderUnavailable(model="recording", reason="bad text")
        return super()._embed(texts)


@pytest.fixture
def embedder() -> RecordingEmbedder:
    return RecordingEmbedder()


async def busy(batcher: EmbeddingBatcher, embedder: RecordingEmbedder) -> asyncio.Task[Vectors]:
    """A batch of one passage that stays at work until the gate opens."""
    task = asyncio.create_task(batcher.embed_passages(["first"]))
    await asyncio.to_thread(embedder.started.acquire, timeout=10)
    return task


def test_everyone_gets_the_vectors_of_their_own_texts(embedder: RecordingEmbedder) -> None:
    plain = HashEmbedder(16)
    embedder.open_the_gate()

    async def scene() -> None:
        async with EmbeddingBatcher(embedder, most_passages=4) as batcher:
            many = [f"passage {i}" for i in range(11)]
            query, passages, other, none = await asyncio.gather(
                batcher.embed_query("北京"),
                batcher.embed_passages(many),
                batcher.embed_passages(["x", "y"]),
                batcher.embed_passages([]),
            )
        assert np.array_equal(query, plain.embed_queries(["北京"])[0])
        assert np.array_equal(passages, plain.embed_passages(many))
        assert np.array_equal(other, plain.embed_passages(["x", "y"]))
        assert none.shape == (0, 16)

    asyncio.run(scene())
    assert max(len(texts) for _, texts in embedder.batches) == 4
    assert len(embedder.threads) == 1
    assert embedder.threads != {threading.get_ident()}


def test_queries_of_a_moment_share_a_batch(embedder: RecordingEmbedder) -> None:
    embedder.open_the_gate()

    async def scene() -> None:
        async with EmbeddingBatcher(embedder) as batcher:
            await asyncio.gather(*(batcher.embed_query(f"q{i}") for i in range(5)))

    asyncio.run(scene())
    assert embedder.batches == [("queries", ["q0", "q1", "q2", "q3", "q4"])]


def test_a_query_goes_before_waiting_passages(embedder: RecordingEmbedder) -> None:
    async def scene() -> None:
        async with EmbeddingBatcher(embedder, most_passages=2) as batcher:
            first = await busy(batcher, embedder)
            bulk = asyncio.create_task(batcher.embed_passages(["a", "b", "c", "d"]))
            await asyncio.sleep(0)
            query = asyncio.create_task(batcher.embed_query("q"))
            await asyncio.sleep(0)
            embedder.open_the_gate()
            await asyncio.gather(first, bulk, query)

    asyncio.run(scene())
    kinds = [texts for _, texts in embedder.batches]
    assert kinds == [["first"], ["q"], ["a", "b"], ["c", "d"]]


def test_a_small_import_is_not_stuck_behind_a_large_one(embedder: RecordingEmbedder) -> None:
    async def scene() -> None:
        async with EmbeddingBatcher(embedder, most_passages=4) as batcher:
            first = await busy(batcher, embedder)
            large = asyncio.create_task(batcher.embed_passages([f"large {i}" for i in range(10)]))
            small = asyncio.create_task(batcher.embed_passages(["small"]))
            await asyncio.sleep(0)
            embedder.open_the_gate()
            await small
            assert not large.done()
            await asyncio.gather(first, large)

    asyncio.run(scene())
    assert "small" in embedder.batches[1][1]


def test_texts_of_a_length_share_a_batch_whosever_they_are(embedder: RecordingEmbedder) -> None:
    async def scene() -> None:
        async with EmbeddingBatcher(embedder, most_passages=2) as batcher:
            first = await busy(batcher, embedder)
            one = asyncio.create_task(batcher.embed_passages(["long " * 9, "short"]))
            other = asyncio.create_task(batcher.embed_passages(["brief", "lengthy " * 6]))
            await asyncio.sleep(0)
            embedder.open_the_gate()
            await asyncio.gather(first, one, other)
            assert np.array_equal(await one, HashEmbedder(16).embed_passages(["long " * 9, "short"]))

    asyncio.run(scene())
    assert [texts for _, texts in embedder.batches[1:]] == [["short", "brief"], ["long " * 9, "lengthy " * 6]]


def test_batches_are_larger_while_nobody_searches(embedder: RecordingEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder.open_the_gate()

    async def scene(calm_s: float) -> int:
        monkeypatch.setattr(batching, "_CALM_S", calm_s)
        embedder.batches.clear()
        async with EmbeddingBatcher(embedder, most_passages=2) as batcher:
            await batcher.embed_passages(["a", "b", "c", "d"])
        return len(embedder.batches[0][1])

    assert asyncio.run(scene(60.0)) == 2
    assert asyncio.run(scene(0.0)) == 4


def test_passages_have_their_turn_under_endless_queries(embedder: RecordingEmbedder) -> None:
    embedder.open_the_gate()

    async def scene() -> None:
        async with EmbeddingBatcher(embedder, window_s=0) as batcher:
            passages = asyncio.create_task(batcher.embed_passages(["a"]))

            async def ask_on() -> None:
                while not passages.done():
                    await batcher.embed_query("q")

            await asyncio.wait_for(asyncio.gather(*(ask_on() for _ in range(4))), 10)

    asyncio.run(scene())
    assert ("passages", ["a"]) in embedder.batches


def test_an_error_reaches_all_of_its_batch_and_no_other(embedder: RecordingEmbedder) -> None:
    async def scene() -> list[Vectors | BaseException]:
        async with EmbeddingBatcher(embedder, most_queries=2) as batcher:
            first = await busy(batcher, embedder)
            tasks = [asyncio.create_task(batcher.embed_query(text)) for text in ("bad", "beside", "later")]
            await asyncio.sleep(0)
            embedder.open_the_gate()
            return await asyncio.gather(first, *tasks, return_exceptions=True)

    first, bad, beside, later = asyncio.run(scene())
    assert isinstance(bad, EmbedderUnavailable)
    assert isinstance(beside, EmbedderUnavailable)
    assert isinstance(first, np.ndarray)
    assert isinstance(later, np.ndarray)


def test_the_rest_of_a_failed_import_is_not_embedded(embedder: RecordingEmbedder) -> None:
    embedder.open_the_gate()

    async def scene() -> None:
        async with EmbeddingBatcher(embedder, most_passages=2) as batcher:
            with pytest.raises(EmbedderUnavailable):
                await batcher.embed_passages(["bad", "bbb", "ccc", "ddd"])

    asyncio.run(scene())
    assert embedder.batches == [("passages", ["bad", "bbb"])]


def test_who_gives_up_does_not_hurt_the_others(embedder: RecordingEmbedder) -> None:
    async def scene() -> None:
        async with EmbeddingBatcher(embedder) as batcher:
            at_work = await busy(batcher, embedder)
            waiting = asyncio.create_task(batcher.embed_query("waiting"))
            patient = asyncio.create_task(batcher.embed_query("patient"))
            await asyncio.sleep(0)
            at_work.cancel()
            waiting.cancel()
            embedder.open_the_gate()
            assert (await patient).shape == (16,)

    asyncio.run(scene())
    assert embedder.batches == [("passages", ["first"]), ("queries", ["patient"])]


def test_closing_ends_the_batch_at_work_and_refuses_the_rest(embedder: RecordingEmbedder) -> None:
    async def scene() -> None:
        batcher = EmbeddingBatcher(embedder)
        first = await busy(batcher, embedder)
        waiting = asyncio.create_task(batcher.embed_passages(["waiting"]))
        await asyncio.sleep(0)
        embedder.open_the_gate()
        await batcher.close()
        assert (await first).shape == (1, 16)
        for refused in (waiting, batcher.embed_query("late")):
            with pytest.raises(EmbedderUnavailable, match="closed"):
                await refused
        await batcher.close()

    asyncio.run(scene())
    assert embedder.batches == [("passages", ["first"])]
    assert not any(thread.name.startswith("embedding") for thread in threading.enumerate())


def test_a_question_asked_again_is_remembered(embedder: RecordingEmbedder) -> None:
    embedder.open_the_gate()

    async def run() -> tuple[Vectors, ...]:
        async with EmbeddingBatcher(embedder, remembered_queries=2) as batcher:
            found = [await batcher.embed_query(text) for text in ("a", "b", "a", "c", "b", "a")]
            await batcher.embed_passages(["a"])
            return tuple(found)

    first, _, again, *_ = asyncio.run(run())

    # "a" from memory; then "c" takes the place of "b", "b" that of "a", and so on
    assert [texts for kind, texts in embedder.batches if kind == "queries"] == [["a"], ["b"], ["c"], ["b"], ["a"]]
    assert again is first
    assert first == pytest.approx(HashEmbedder(16).embed_queries(["a"])[0])
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_a_question_that_failed_is_asked_again(embedder: RecordingEmbedder) -> None:
    embedder.open_the_gate()

    async def run() -> None:
        async with EmbeddingBatcher(embedder, remembered_queries=2) as batcher:
            for _ in range(2):
                with pytest.raises(EmbedderUnavailable):
                    await batcher.embed_query("bad")

    asyncio.run(run())

    assert len(embedder.batches) == 2

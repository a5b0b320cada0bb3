"""The proof of durability proves something: it sees what it is to see, and a few of its rounds pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.services import Services
from benchmarks import kills
from benchmarks.figures import Run
from benchmarks.invariants import at_rest, violations
from benchmarks.workload import COLLECTION, Content, Expectation
from rag.documents import Passage, Span
from rag.index.lexical import encode_passage
from rag.index.passage_index import IndexedPassage
from rag.settings import Settings
from rag.testing import HashEmbedder
from tests.running import ended, submitted, tiny_settings, with_services

URI = "kills:0.md"
OLD = Content("w1", "# Record w1\n\nPart 1 of w1 weighs 7 grams.\n", readable=True)
NEW = Content("w2", "# Record w2\n\nPart 1 of w2 weighs 8 grams.\n", readable=True)


async def live(services: Services, content: Content) -> str:
    """The version id of the document's new state."""
    submission = await submitted(services, "0.md", content.text, uri=URI, collection=COLLECTION)
    job = await ended(services, submission.job)
    await at_rest(services)
    return job.version_id


def expected(content: Content | None) -> dict[str, Expectation]:
    expectation = Expectation()
    expectation.acknowledge(content)
    return {URI: expectation}


async def kinds(services: Services, content: Content | None) -> set[str]:
    found = await violations(services, expected(content))
    return {line.partition(":")[0] for line in found.lines()}


async def stray(services: Services, version_id: str) -> None:
    """A passage of that version that nobody put there."""
    passage = Passage(version_id, "d", version_id, COLLECTION, Span(0, 1), "", "en")
    (vector,) = HashEmbedder().embed_passages(["x"])
    await services.index.upsert([IndexedPassage(passage, vector, encode_passage(["x"]))])


def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        first = await live(services, OLD)
        assert await kinds(services, OLD) == set()
        assert await kinds(services, NEW) == {"lost"}
        assert await kinds(services, None) == {"lost"}

        second = await live(services, NEW)
        assert await kinds(services, NEW) == set()

        await stray(services, first)
        assert await kinds(services, NEW) == {"dead", "doubled"}
        await services.index.delete_version(first)

        unknown = "00000000-0000-4000-8000-000000000000"
        await stray(services, unknown)
        assert await kinds(services, NEW) == {"orphans"}
        await services.index.delete_version(unknown)

        await services.stores.blobs.put(f"versions/{unknown}/parsed.json.gz", b"x")
        await services.stores.blobs.put("originals/none", b"x")
        found = await violations(services, expected(NEW))
        assert len(found.orphans) == 2
        await services.stores.blobs.delete(f"versions/{unknown}/parsed.json.gz")
        await services.stores.blobs.delete("originals/none")

        await services.index.delete_version(second)
        assert "lost" in await kinds(services, NEW)

    with_services(tiny_settings(tmp_path, ingest={"keep_originals_s": 0}), scenario)


def test_what_was_asked_without_an_answer_may_have_happened_or_not(tmp_path: Path) -> None:
    async def scenario(services: Services) -> None:
        await live(services, NEW)
        expectations = expected(OLD)
        expectations[URI].asked.append(NEW)

        assert (await violations(services, expectations)).lines() == []
        assert (expectations[URI].last, expectations[URI].asked) == (NEW, [])

    with_services(tmp_path, scenario)


@pytest.mark.slow
def test_a_few_rounds_lose_and_double_nothing() -> None:
    figures = {f.name: f.value for f in kills.measure(Run(Settings(), quick=True, say=print, rounds=2))}

    assert figures["kills by SIGKILL"] >= 2
    assert figures["acknowledged additions, replacements and deletions"] > 0
    assert {name for name, value in figures.items() if value} == {
        "kills by SIGKILL",
        "acknowledged additions, replacements and deletions",
    }

from __future__ import annotations

import pytest

from rag.answering.context import Budget, Context, pack_context
from rag.answering.filling import ContextFiller
from rag.documents import ScoredPassage
from rag.index.filters import EVERYTHING, Filter
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

QUESTION = "How long does the warranty last?"
HANDBOOK = "\n".join(
    [
        "Chapter one is about the canteen.",
        "The warranty lasts 24 months.",
        "It begins on the day of delivery.",
        "Batteries are excepted from it.",
        "Chapter three is about parking.",
    ]
)
LEAVE = "Every employee has thirty days of leave.\nLeave is asked for in writing."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def context(library: Library, budget: int, *, found: int = 1) -> Context:
    """What a question packs of its first so many passages."""
    passages = (await library.retriever().retrieve(QUESTION, limit=found)).passages
    return pack_context(passages, Budget(budget, "budget_tokens"), library.batcher.embedder.count_tokens, QUESTION)


async def filled(library: Library, packed: Context, filter: Filter = EVERYTHING) -> Context:
    return await ContextFiller(library.whole_documents(), library.batcher.embedder.count_tokens).filled(packed, filter)


def texts(sources: tuple[ScoredPassage, ...]) -> list[str]:
    return [source.text for source in sources]


async def test_a_document_that_fits_is_there_whole(library: Library) -> None:
    await library.add("handbook.txt", HANDBOOK)
    await library.add("leave.txt", LEAVE)

    found = await filled(library, await context(library, 1000))

    assert sorted(texts(found.packed.sources)) == sorted(HANDBOOK.splitlines())
    assert texts(found.packed.sources)[0] == "The warranty lasts 24 months."
    assert found.report.packed == tuple(source.passage.id for source in found.packed.sources)
    assert found.report.tokens == found.packed.tokens <= 1000


async def test_of_one_that_does_not_fit_what_stands_beside_is_added_first(library: Library) -> None:
    await library.add("handbook.txt", HANDBOOK)
    packed = await context(library, 1000)
    line = library.batcher.embedder.count_tokens(["handbook.txt\nIt begins on the day of delivery."])[0]

    room = packed.packed.tokens + 2 * line + line // 2
    found = await filled(library, await context(library, room))

    assert set(texts(found.packed.sources)) == {
        "The warranty lasts 24 months.",
        "Chapter one is about the canteen.",
        "It begins on the day of delivery.",
    }
    assert found.packed.tokens <= room


async def test_a_budget_that_passages_nearly_fill_is_theirs(library: Library) -> None:
    await library.add("handbook.txt", HANDBOOK)
    packed = await context(library, 1000)

    tight = await context(library, packed.packed.tokens * 2 - 1)

    assert await filled(library, tight) is tight


async def test_what_was_left_out_for_want_of_room_is_no_longer_when_it_is_added(library: Library) -> None:
    await library.add("handbook.txt", HANDBOOK)
    packed = await context(library, 1000, found=5)
    assert len(packed.packed.sources) == 5

    whole = await filled(library, packed)

    assert whole.report.left_out == ()
    assert len(whole.packed.sources) == 5


async def test_what_a_filter_excludes_is_not_added(library: Library) -> None:
    await library.add("handbook.txt", f"{HANDBOOK}\n停车场在大楼后面。")
    packed = await context(library, 1000)

    found = await filled(library, packed, Filter(languages=("en",)))

    assert sorted(texts(found.packed.sources)) == sorted(HANDBOOK.splitlines())


async def test_a_document_that_was_deleted_meanwhile_is_left_as_it_was_found(library: Library) -> None:
    version = await library.add("handbook.txt", HANDBOOK)
    packed = await context(library, 1000)
    document = packed.packed.sources[0].passage.document_id
    await library.stores.documents.delete_document(document)

    found = await filled(library, packed)

    assert version == packed.packed.sources[0].passage.version_id
    assert found.packed.sources == packed.packed.sources


async def test_nothing_found_stays_nothing(library: Library) -> None:
    empty = pack_context((), Budget(1000, "budget_tokens"), library.batcher.embedder.count_tokens, QUESTION)

    assert await filled(library, empty) is empty

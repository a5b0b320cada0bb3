from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from rag.documents import Language
from rag.index.attributes import moment
from rag.index.filters import Filter
from rag.models.embedding import Embedder
from rag.retrieval.centres import PRIOR_WEIGHT, unit
from rag.retrieval.retriever import Retrieval, Retriever
from rag.settings import RetrievalSettings
from rag.store.document_store import DocumentStore
from rag.store.vector_sums import VectorSum
from rag.testing import HashEmbedder
from tests.rag.library import Library, opened_library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty lasts 24 months from the date of delivery."
LEAVE = "Employees have fifteen days of paid leave a year."
WARRANTY_ZH = "保修期为自交付之日起24个月。"
CANTEEN_ZH = "食堂每天中午十一点半开门。"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def texts(retrieval: Retrieval) -> list[str]:
    return [passage.text for passage in retrieval.passages]


async def test_an_empty_library_finds_nothing(library: Library) -> None:
    found = await library.retriever().retrieve("How long is the warranty?")

    assert (found.passages, found.searched, found.language) == ((), 0, "en")


async def test_the_passage_that_answers_comes_first_with_what_a_reader_needs(library: Library) -> None:
    version = await library.add("a.txt", f"{LEAVE}\n{WARRANTY}", title="Handbook")

    found = await library.retriever().retrieve("How long does the warranty last?")

    best = found.passages[0]
    assert texts(found) == [WARRANTY, LEAVE]
    assert (best.title, best.uri, best.rank, best.passage.version_id) == ("Handbook", "a.txt", 1, version)
    assert best.passage.span.of(f"{LEAVE}\n{WARRANTY}") == WARRANTY
    assert best.why.keys() == {"dense", "lexical", "words"}
    assert best.score == pytest.approx(best.why["dense"] + best.why["lexical"], abs=1e-3)
    assert best.why["lexical"] > 0
    assert found.searched == 2


async def test_scores_are_cosines_without_the_means_of_the_collections_own_passages(library: Library) -> None:
    await library.add("a.txt", f"{WARRANTY}\n{LEAVE}", collection="sales", title="T")
    await library.add("b.txt", f"{CANTEEN_ZH}\nParking is free.", collection="staff")
    question = "How long does the warranty last?"

    found = await library.retriever().retrieve(question, collection="sales")

    stored = HashEmbedder().embed_passages([f"T\n{WARRANTY}", f"T\n{LEAVE}"])
    mean = (library.priors.passages["en"] * PRIOR_WEIGHT + stored.sum(0)) / (PRIOR_WEIGHT + 2)
    query = unit(HashEmbedder().embed_queries([question])[0] - library.priors.queries["en"])
    assert found.centres.passages["en"] == pytest.approx(mean, abs=1e-6)
    assert found.centres.passages["zh"] == pytest.approx(library.priors.passages["zh"])
    closeness = (stored - mean) @ query / np.sqrt(1 - mean @ mean)
    assert [passage.why["dense"] for passage in found.passages] == pytest.approx(closeness, abs=1e-3)


async def test_ranks_count_from_one_and_scores_fall(library: Library) -> None:
    await library.add("a.txt", "\n".join(f"Rule {n} of the warranty." for n in range(30)))

    found = await library.retriever(passages=7).retrieve("warranty")
    fewer = await library.retriever(passages=7).retrieve("warranty", limit=2)

    scores = [passage.score for passage in found.passages]
    assert [passage.rank for passage in found.passages] == [1, 2, 3, 4, 5, 6, 7]
    assert scores == sorted(scores, reverse=True)
    assert texts(fewer) == texts(found)[:2]


async def test_the_same_question_finds_the_same_each_time(library: Library) -> None:
    await library.add("a.txt", "\n".join(["The same line."] * 5))
    retriever = library.retriever()

    found = [await retriever.retrieve("line") for _ in range(3)]

    assert len({tuple(passage.passage.id for passage in one.passages) for one in found}) == 1


async def test_both_languages_are_searched_by_legs_of_their_own(library: Library) -> None:
    await library.add("zh.txt", f"{WARRANTY_ZH}\n{CANTEEN_ZH}")
    await library.add("en.txt", f"{WARRANTY}\n{LEAVE}")

    found = await library.retriever(candidates=1).retrieve("保修期有多长？")

    # one dense hit of each language, however close the second Chinese one is
    assert texts(found)[0] == WARRANTY_ZH
    assert {passage.passage.language for passage in found.passages} == {"zh", "en"}


@pytest.mark.parametrize(("stored", "question"), [(WARRANTY, "保修期多长？"), (WARRANTY_ZH, "How long is it?")])
async def test_a_question_in_the_language_that_no_document_has_still_finds_them(
    library: Library, stored: str, question: str
) -> None:
    await library.add("a.txt", stored)

    assert texts(await library.retriever().retrieve(question)) == [stored]


async def test_a_question_without_words_is_searched_by_meaning_alone(library: Library) -> None:
    await library.add("a.txt", WARRANTY)

    (found,) = (await library.retriever().retrieve("?!")).passages

    assert (found.text, found.why["lexical"]) == (WARRANTY, 0)


async def test_a_collection_sees_its_own_documents_and_no_other(library: Library) -> None:
    await library.add("a.txt", WARRANTY, collection="sales")
    await library.add("b.txt", f"{LEAVE}\n{CANTEEN_ZH}", collection="staff")
    retriever = library.retriever()

    sales = await retriever.retrieve("warranty", collection="sales")
    staff = await retriever.retrieve("warranty", collection="staff")
    none = await retriever.retrieve("warranty", collection="nowhere")
    everything = await retriever.retrieve("warranty")

    assert (texts(sales), sales.searched) == ([WARRANTY], 1)
    assert (set(texts(staff)), staff.searched) == ({LEAVE, CANTEEN_ZH}, 2)
    assert (texts(none), none.searched) == ([], 0)
    assert (len(texts(everything)), everything.searched) == (3, 3)


async def test_a_filter_narrows_what_is_searched(library: Library) -> None:
    await library.add("a.txt", WARRANTY, metadata={"tags": "sales", "date": "2023-05-01"})
    await library.add("b.txt", f"{LEAVE}\n{CANTEEN_ZH}", metadata={"tags": "staff", "date": "2024-05-01"})
    await library.add("c.txt", "The warranty is long.")
    retriever = library.retriever()

    sales = await retriever.retrieve("warranty", filter=Filter(tags=("sales",)))
    recent = await retriever.retrieve("warranty", filter=Filter(since=moment("2024-01-01")))
    chinese = await retriever.retrieve("warranty", filter=Filter(languages=("zh",)))
    nothing = await retriever.retrieve("warranty", filter=Filter(tags=("none",)))

    assert (texts(sales), sales.searched) == ([WARRANTY], 1)
    assert (set(texts(recent)), recent.searched) == ({LEAVE, CANTEEN_ZH}, 2)
    assert (texts(chinese), chinese.searched) == ([CANTEEN_ZH], 1)
    assert (texts(nothing), nothing.searched) == ([], 0)
    assert nothing.notices == ("No passage passes the filter, so there was nothing to search.",)
    assert sales.notices == ()


async def test_an_empty_library_says_nothing_of_the_filter(library: Library) -> None:
    assert (await library.retriever().retrieve("warranty", filter=Filter(tags=("sales",)))).notices == ()


async def test_a_superseded_version_is_never_found_though_the_index_still_holds_it(library: Library) -> None:
    old = await library.add("a.txt", "The warranty lasts 12 months.")
    await library.add("a.txt", WARRANTY)

    found = await library.retriever().retrieve("The warranty lasts 12 months.")

    assert await library.index.version_passage_ids(old)
    assert texts(found) == [WARRANTY]


async def test_a_version_is_not_found_before_it_is_published(library: Library) -> None:
    await library.add("a.txt", LEAVE)
    await library.add("b.txt", WARRANTY, publish=False)

    assert texts(await library.retriever().retrieve("warranty")) == [LEAVE]


async def test_a_deleted_document_is_not_found(library: Library) -> None:
    await library.add("a.txt", LEAVE)
    await library.add("b.txt", WARRANTY)
    retriever = library.retriever()
    await retriever.retrieve("warranty")
    (gone,) = [d for d in await library.stores.documents.documents() if d.document.uri == "b.txt"]

    await library.stores.documents.delete_document(gone.document.id)

    assert texts(await retriever.retrieve("warranty")) == [LEAVE]


async def test_what_is_published_between_two_questions_is_found_by_the_second(library: Library) -> None:
    retriever = library.retriever()
    before = await retriever.retrieve("保修期")

    await library.add("a.txt", WARRANTY_ZH)

    assert (texts(before), texts(await retriever.retrieve("保修期"))) == ([], [WARRANTY_ZH])


class PausingDocuments(DocumentStore):
    """Counts how often the sums are read, and may wait with what it has read."""

    reads = 0
    has_read: asyncio.Event | None = None
    may_go_on: asyncio.Event

    async def language_means(self, collection: str | None = None) -> dict[Language, VectorSum]:
        self.reads += 1
        sums = await super().language_means(collection)
        if self.has_read and not self.has_read.is_set():
            self.has_read.set()
            await self.may_go_on.wait()
        return sums


@pytest.fixture
def documents(library: Library) -> PausingDocuments:
    return PausingDocuments(library.stores.database)


@pytest.fixture
def retriever(library: Library, documents: PausingDocuments) -> Retriever:
    embed, settings = library.batcher.embed_query, RetrievalSettings()
    return Retriever(library.index, documents, library.parsed, embed, library.priors, settings)


async def test_a_publication_during_a_question_does_not_leave_the_next_one_with_old_facts(
    library: Library, documents: PausingDocuments, retriever: Retriever
) -> None:
    documents.has_read, documents.may_go_on = asyncio.Event(), asyncio.Event()
    early = asyncio.create_task(retriever.retrieve("warranty"))
    await documents.has_read.wait()
    await library.add("a.txt", WARRANTY)
    second = await retriever.retrieve("warranty")
    documents.may_go_on.set()
    await early

    assert texts(second) == [WARRANTY]
    assert texts(await retriever.retrieve("warranty")) == [WARRANTY]


async def test_facts_of_a_collection_are_read_once_but_made_up_names_are_not_kept(
    library: Library, documents: PausingDocuments, retriever: Retriever
) -> None:
    await library.add("a.txt", WARRANTY)

    await retriever.retrieve("warranty")
    await retriever.retrieve("warranty")
    for_everything = documents.reads
    await retriever.retrieve("warranty", collection="made up")
    await retriever.retrieve("warranty", collection="made up")

    # of a collection its own sums and everybody's are read
    assert (for_everything, documents.reads) == (1, 5)


@pytest.mark.models
@pytest.mark.parametrize(
    ("question", "answer"),
    [("保修期有多长？", WARRANTY), ("员工一年有多少天带薪假？", LEAVE), ("When does the canteen open?", CANTEEN_ZH)],
)
async def test_a_question_finds_its_answer_in_the_other_language_of_a_mixed_library(
    tmp_path: Path, real_embedder: Embedder, question: str, answer: str
) -> None:
    others_zh = "公司成立于二〇〇一年。\n打印机放在三楼走廊尽头。\n出差须提前三天申请。\n会议室需要预订。\n"
    others_en = "The company was founded in 2001.\nThe printer stands on the third floor.\nParking is free.\n"

    async with opened_library(tmp_path / "data", real_embedder) as library:
        await library.add("zh.txt", others_zh + CANTEEN_ZH)
        await library.add("en.txt", others_en + f"{WARRANTY}\n{LEAVE}")

        assert texts(await library.retriever().retrieve(question))[0] == answer


async def test_signals_count_as_far_as_the_settings_want_them(library: Library) -> None:
    await library.add("a.txt", "\n".join([WARRANTY, *(f"The warranty has exception {n}." for n in range(9)), LEAVE]))
    question = "How long does the warranty last?"

    with_all = await library.retriever().retrieve(question)
    with_none = await library.retriever(signals=()).retrieve(question)

    assert any("neighbour" in passage.why for passage in with_all.passages)
    assert all(passage.why.keys() == {"dense", "lexical"} for passage in with_none.passages)

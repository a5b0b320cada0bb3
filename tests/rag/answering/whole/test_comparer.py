"""Two documents to a checked comparison, over a real small library and a chat model that says what it is told to."""

from __future__ import annotations

import re

import pytest

from rag.answering.whole.records import Comparison
from rag.citations import AnswerMode, SupportStatus
from rag.errors import DocumentNotFound
from rag.testing import ScriptedChat
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

BATTERY = "Batteries are covered for six months only."
OLD = f"The warranty lasts 24 months from the date of delivery.\n{BATTERY}\nGoods travel by rail."
NEW = f"The warranty lasts 36 months from the date of delivery.\n{BATTERY}\nRepairs are free."
LONGER = "The warranty lasts 24 months in A and 36 months from the date of delivery in B."
INVENTED = "The warranty lasts 60 months from the date of delivery."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def both(library: Library) -> tuple[str, str]:
    await library.add("old.txt", OLD, title="Terms 2023")
    await library.add("new.txt", NEW, title="Terms 2024")
    ids = {one.document.uri: one.document.id for one in await library.stores.documents.documents()}
    return ids["old.txt"], ids["new.txt"]


async def require_traced(library: Library, made: Comparison) -> None:
    places = [*made.citations, *(citation for each in made.differences for citation in each.citations)]
    for citation in places:
        assert citation.span.of((await library.parsed.get(citation.version_id)).text) == citation.quote
    marks = list(dict.fromkeys(map(int, re.findall(r"\[(\d+)\]", made.text))))
    assert marks == [citation.marker for citation in made.citations] == list(range(1, len(marks) + 1))
    numbered = {(citation.version_id, citation.span): citation.marker for citation in places}
    assert sorted(set(numbered.values())) == list(range(1, len(numbered) + 1))


async def test_a_sentence_about_both_is_cited_to_both(library: Library, both: tuple[str, str]) -> None:
    chat = ScriptedChat([f"{LONGER} {INVENTED} Batteries are covered for six months only."])

    made = await library.comparer(chat).compare(*both)

    first = [citation for citation in made.citations if citation.marker in made.sentences[0].markers]
    assert {citation.document_id for citation in first} == set(both)
    assert [one.text for one in made.sentences] == [LONGER, "Batteries are covered for six months only."]
    assert [(one.text, one.status) for one in made.dropped] == [(INVENTED, SupportStatus.CONTRADICTED)]
    assert (made.mode, made.model, made.language) == (AnswerMode.GENERATED, "scripted", "en")
    await require_traced(library, made)


async def test_differing_quantities_are_told_whoever_writes(library: Library, both: tuple[str, str]) -> None:
    written = await library.comparer(ScriptedChat([LONGER])).compare(*both)
    quoted = await library.comparer(None).compare(*both)

    for made in (written, quoted):
        (difference,) = made.differences
        assert (difference.kind, difference.stated) == ("quantity", ("24 months", "36 months"))
        assert [citation.document_id for citation in difference.citations] == list(both)
        await require_traced(library, made)


async def test_without_a_model_like_sentences_stand_side_by_side_and_differing_ones_first(
    library: Library, both: tuple[str, str]
) -> None:
    made = await library.comparer(None).compare(*both)

    assert made.mode is AnswerMode.EXTRACTIVE
    quotes = [citation.quote for citation in made.citations]
    assert quotes == [*(text.split("\n")[0] for text in (OLD, NEW)), *(text.split("\n")[1] for text in (OLD, NEW))]


async def test_a_model_that_fails_gives_way_and_says_so(library: Library, both: tuple[str, str]) -> None:
    failing = await library.comparer(ScriptedChat(["x"], fail_after_pieces=0)).compare(*both)

    assert failing.mode is AnswerMode.EXTRACTIVE
    assert "did not answer" in failing.notices[0]


async def test_long_documents_are_compared_where_they_are_near_and_it_is_said(library: Library) -> None:
    filling = "\n".join(f"Room {n} of the office is on floor {n % 7} of the building in street {n}." for n in range(60))
    await library.add("old.txt", f"{filling}\n{OLD}", title="Old")
    await library.add("new.txt", f"{NEW}\nNothing else is said here of anything.", title="New")
    ids = {one.document.uri: one.document.id for one in await library.stores.documents.documents()}

    made = await library.comparer(None, summary_part_tokens=200).compare(ids["old.txt"], ids["new.txt"])

    assert "were compared" in made.notices[0]
    assert made.differences[0].stated == ("24 months", "36 months")


async def test_unlike_documents_have_nothing_to_compare(library: Library) -> None:
    await library.add("old.txt", "Goods travel by rail.", title="Old")
    await library.add("new.txt", "保修期为24个月。", title="New")
    ids = [one.document.id for one in await library.stores.documents.documents()]

    made = await library.comparer(None).compare(*ids)

    assert (made.text, made.differences) == ("", ())
    assert len(made.notices) == 1


async def test_both_documents_must_be_there(library: Library, both: tuple[str, str]) -> None:
    with pytest.raises(DocumentNotFound):
        await library.comparer(None).compare(both[0], "unknown")

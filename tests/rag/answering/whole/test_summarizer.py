"""Whole documents to checked summaries, over a real small library and a chat model that says what it is told to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

import pytest

from rag.answering.events import SentenceChecked
from rag.answering.whole.records import Coverage, Progress, Summarised, Summary, SummaryEvent, SummaryLength
from rag.citations import AnswerMode, SupportStatus
from rag.errors import DocumentNotFound, DocumentNotLive
from rag.models.chat import Message
from rag.testing import ScriptedChat
from tests.rag.library import Library

pytestmark = pytest.mark.anyio

WARRANTY = "The warranty lasts 24 months from the date of delivery."
BATTERY = "Batteries are covered for six months only."
LEAVE = "Employees have fifteen days of paid leave a year."
NOTICE = "The notice period of an employee is 30 days."
INVENTED = "The warranty lasts 60 months from the date of delivery."
SHORT = f"{WARRANTY}\n{BATTERY}"
HANDBOOK = "\n".join(
    [WARRANTY, BATTERY, LEAVE, NOTICE, *(f"Room {n} of the office is on floor {n} of the building." for n in range(9))]
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def noting(messages: Sequence[Message]) -> str:
    """A model that notes the first and the last line of a part and, of notes, repeats two and invents one."""
    lines = messages[1].content.split("<sources>\n")[1].split("\n</sources>")[0].splitlines()[1:]
    if "notes" in messages[0].content:
        return f"{WARRANTY} {INVENTED} {lines[-1]}"
    return f"{lines[0]} {lines[-1]}"


async def document(library: Library, text: str, **how: object) -> str:
    version_id = await library.add("handbook.txt", text, title="Handbook", **how)
    return (await library.stores.documents.documents())[0].document.id if version_id else ""


async def every(events: AsyncIterator[SummaryEvent]) -> list[SummaryEvent]:
    return [event async for event in events]


async def require_traced(library: Library, summary: Summary) -> None:
    """Quotes stand where they are said to, every mark resolves, and every sentence has one."""
    for citation in summary.citations:
        text = (await library.parsed.get(citation.version_id)).text
        assert citation.span.of(text) == citation.quote
    marks = list(dict.fromkeys(map(int, re.findall(r"\[(\d+)\]", summary.text))))
    assert marks == [citation.marker for citation in summary.citations] == list(range(1, len(marks) + 1))
    assert all(sentence.markers for sentence in summary.sentences)


async def test_what_fits_is_summarised_at_once_and_what_it_does_not_say_is_held_back(library: Library) -> None:
    found = await document(library, SHORT)
    chat = ScriptedChat([f"The warranty lasts 24 months. {INVENTED} {BATTERY}"])

    summary = await library.summarizer(chat).summarize(found)

    assert summary.text == "The warranty lasts 24 months [1]. Batteries are covered for six months only [2]."
    assert [citation.quote for citation in summary.citations] == [WARRANTY, BATTERY]
    assert [(one.text, one.status) for one in summary.dropped] == [(INVENTED, SupportStatus.CONTRADICTED)]
    assert (summary.mode, summary.model, summary.coverage) == (AnswerMode.GENERATED, "scripted", Coverage(1, 1))
    assert (summary.language, summary.notices, len(chat.calls)) == ("en", (), 1)
    await require_traced(library, summary)


async def test_notes_become_a_text_that_rests_on_the_document_alone(library: Library) -> None:
    text = "\n".join([HANDBOOK, *(f"The printer of room {n} has {n + 3} trays of paper." for n in range(40))])
    found = await document(library, text)
    chat = ScriptedChat(noting)

    events = await every(library.summarizer(chat, summary_part_tokens=200).stream(found, length=SummaryLength.SHORT))

    assert isinstance(events[-1], Summarised)
    summary = events[-1].summary
    progress = [event for event in events if isinstance(event, Progress)]
    assert len(progress) >= 3
    assert progress[-1] == Progress(len(progress) - 1, len(progress) - 1)
    assert summary.coverage == Coverage(len(progress) - 1, len(progress) - 1)
    assert len(chat.calls) == len(progress)
    assert WARRANTY in [citation.quote for citation in summary.citations]
    assert INVENTED in [one.text for one in summary.dropped]
    assert INVENTED not in summary.text
    assert [one.sentence.text for one in events if isinstance(one, SentenceChecked) and not one.held_back] == [
        one.text for one in summary.sentences
    ]
    await require_traced(library, summary)


async def test_few_notes_are_the_summary(library: Library) -> None:
    text = "\n".join([HANDBOOK, *(f"The printer of room {n} has {n + 3} trays of paper." for n in range(20))])
    found = await document(library, text)
    chat = ScriptedChat(noting)

    summary = await library.summarizer(chat, summary_part_tokens=200).summarize(found, length=SummaryLength.LONG)

    assert not any("notes" in messages[0].content for messages, _ in chat.calls)
    assert summary.text.startswith("The warranty lasts 24 months from the date of delivery [1].")
    await require_traced(library, summary)


async def test_where_notes_become_nothing_the_most_central_ones_stay(library: Library) -> None:
    text = "\n".join([HANDBOOK, *(f"The printer of room {n} has {n + 3} trays of paper." for n in range(40))])
    found = await document(library, text)
    chat = ScriptedChat(lambda messages: INVENTED if "notes" in messages[0].content else noting(messages))

    summary = await library.summarizer(chat, summary_part_tokens=200).summarize(found, length=SummaryLength.SHORT)

    assert (len(summary.sentences), summary.mode) == (3, AnswerMode.GENERATED)
    await require_traced(library, summary)


async def test_what_the_budget_has_no_room_for_is_named(library: Library) -> None:
    text = "\n".join([HANDBOOK, *(f"The printer of room {n} has {n + 3} trays of paper." for n in range(40))])
    found = await document(library, text)

    summary = await library.summarizer(ScriptedChat(noting), summary_part_tokens=200, summary_tokens=200).summarize(
        found
    )

    assert summary.coverage is not None
    assert (summary.coverage.read, summary.coverage.left_out) == (1, ("Handbook",))
    assert summary.notices == (
        f"1 of {summary.coverage.parts} parts of the document were read; the others are left out.",
    )


async def test_time_ends_the_reading_and_what_was_noted_stays(library: Library) -> None:
    text = "\n".join([HANDBOOK, *(f"The printer of room {n} has {n + 3} trays of paper." for n in range(40))])
    found = await document(library, text)
    slow = ScriptedChat(noting, piece_delay_s=0.02)

    summary = await library.summarizer(slow, summary_part_tokens=200, summary_s=1.5).summarize(found)

    assert summary.coverage is not None
    assert summary.coverage.read < summary.coverage.parts
    assert "parts of the document were read" in summary.notices[0]


async def test_a_model_that_fails_gives_way_to_the_documents_own_sentences(library: Library) -> None:
    found = await document(library, HANDBOOK)

    failing = await library.summarizer(ScriptedChat(["x"], fail_after_pieces=0)).summarize(found)
    inventing = await library.summarizer(ScriptedChat([INVENTED])).summarize(found)
    wanted = await library.summarizer(None).summarize(found, length=SummaryLength.SHORT)

    assert [one.mode for one in (failing, inventing, wanted)] == [AnswerMode.EXTRACTIVE] * 3
    assert failing.notices == ("The chat model did not answer, so these are the document's own sentences.",)
    assert "nothing that the document supports" in inventing.notices[0]
    assert [one.text for one in inventing.dropped] == [INVENTED]
    assert (wanted.notices, wanted.model, wanted.coverage, len(wanted.sentences)) == ((), "", None, 3)
    for summary in (failing, inventing, wanted):
        await require_traced(library, summary)


async def test_extracts_stay_in_the_documents_language_and_say_so(library: Library) -> None:
    found = await document(library, HANDBOOK)

    summary = await library.summarizer(None).summarize(found, language="zh")

    assert summary.notices == ("原句以文档本身的语言显示。",)


async def test_a_summary_in_the_language_of_choice(library: Library) -> None:
    found = await document(library, "保修期为自交付之日起24个月。\n电池仅保修六个月。")
    chat = ScriptedChat(["保修期为自交付之日起24个月。The warranty lasts 24 months from delivery of the goods."])

    summary = await library.summarizer(chat).summarize(found)

    assert (summary.language, summary.text) == ("zh", "保修期为自交付之日起24个月[1]。")
    assert "请用中文写出摘要。" in chat.calls[0][0][1].content


async def test_the_model_is_told_a_sentence_once(library: Library) -> None:
    found = await document(library, SHORT)

    summary = await library.summarizer(ScriptedChat([f"{WARRANTY} {WARRANTY} {BATTERY}"])).summarize(found)

    assert [one.text for one in summary.sentences] == [WARRANTY, BATTERY]
    assert summary.dropped == ()


async def test_there_is_no_summary_of_what_is_not_live(library: Library) -> None:
    with pytest.raises(DocumentNotFound):
        await library.summarizer(None).summarize("unknown")
    found = await document(library, SHORT, publish=False)
    with pytest.raises(DocumentNotLive):
        await library.summarizer(None).summarize(found)


async def test_only_the_live_version_is_read(library: Library) -> None:
    await document(library, SHORT)
    found = await document(library, LEAVE)

    summary = await library.summarizer(None).summarize(found)

    assert [citation.quote for citation in summary.citations] == [LEAVE]


async def test_time_ends_the_writing_too(library: Library) -> None:
    found = await document(library, SHORT)
    slow = ScriptedChat([f"{WARRANTY} {BATTERY}"], piece_delay_s=0.02)

    summary = await library.summarizer(slow, summary_s=0.05).summarize(found)

    assert [one.text for one in summary.sentences] == [WARRANTY]

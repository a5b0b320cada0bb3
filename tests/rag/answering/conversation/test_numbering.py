"""What marks mean over the turns of a conversation, whatever is cited in whichever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.answering.conversation.numbering import Numbering
from rag.answering.conversation.turns import CitedPlace, Turn
from rag.answering.draft import Draft
from rag.answering.verification import Verdict
from rag.citations import Citation, SupportStatus
from rag.documents import Span

FINE = Verdict(SupportStatus.SUPPORTED, (), 1.0)


def place(number: int) -> Citation:
    """One of a few places, in two versions."""
    return Citation(0, "d", f"v{number % 2}", "p", "t", "u", Span(number, number + 5), "words")


def turn_of(draft: Draft) -> Turn:
    return Turn("q", draft.text, tuple(CitedPlace(c.marker, c.version_id, c.span) for c in draft.citations))


ANSWERS = st.lists(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=4), min_size=1, max_size=5)
"""Answers of sentences, each of which rests on places."""


@given(ANSWERS)
def test_a_number_has_one_meaning_from_the_first_answer_to_the_last(answers: list[list[list[int]]]) -> None:
    history: list[Turn] = []
    meaning: dict[int, tuple[str, Span]] = {}
    for answer in answers:
        draft = Draft(Numbering(history))
        for sentence in answer:
            draft.keep("A sentence.", FINE, [place(number) for number in sentence], new_line=False)
        for citation in draft.citations:
            assert meaning.setdefault(citation.marker, (citation.version_id, citation.span)) == (
                citation.version_id,
                citation.span,
            )
        shown = {marker for sentence in draft.sentences for marker in sentence.markers}
        assert shown == {citation.marker for citation in draft.citations}  # none dangles
        history.append(turn_of(draft))
    assert len(set(meaning.values())) == len(meaning)
    assert set(meaning) == set(range(1, len(meaning) + 1))


PLACES = st.builds(
    CitedPlace, st.integers(1, 9), st.sampled_from(["v0", "v1"]), st.builds(Span, st.integers(0, 5), st.integers(6, 9))
)


@given(st.lists(st.lists(PLACES, max_size=5), max_size=5), st.lists(st.integers(0, 9), max_size=8))
def test_whatever_turns_a_caller_sends_new_numbers_are_their_own(told: list[list[CitedPlace]], new: list[int]) -> None:
    history = [Turn("q", "", tuple(places)) for places in told]
    numbering = Numbering(history)

    numbers = {(c.version_id, c.span): numbering.of(c) for c in map(place, new)}

    assert len(set(numbers.values())) == len(numbers)
    used = {cited.marker for places in told for cited in places}
    known = {(cited.version_id, cited.span) for places in told for cited in places}
    assert all(number not in used for where, number in numbers.items() if where not in known)


def test_questions_that_were_asked_apart_share_no_number() -> None:
    first, second = CitedPlace(1, "v0", Span(0, 5)), CitedPlace(1, "v1", Span(1, 6))
    numbering = Numbering([Turn("a", "", (first,)), Turn("b", "", (second,))])

    assert numbering.of(replace(place(0))) == 1
    assert numbering.of(replace(place(1))) == 2

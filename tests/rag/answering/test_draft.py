from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.draft import Draft
from rag.answering.verification import Verdict
from rag.citations import Check, Citation, SupportStatus
from rag.documents import Span

SUPPORTED = Verdict(SupportStatus.SUPPORTED, (Check("meaning", True),), 0.9)
UNSUPPORTED = Verdict(SupportStatus.UNSUPPORTED, (), 0.1)


def place(start: int, *, version: str = "v1", marker: int = 0) -> Citation:
    return Citation(marker, "d1", version, "p1", "T", "a.txt", Span(start, start + 5), "quote")


def kept(sentence: str, *places: Citation) -> str:
    draft = Draft()
    draft.keep(sentence, SUPPORTED, places, new_line=False)
    return draft.text


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("It lasts 24 months.", "It lasts 24 months [1]."),
        ("It lasts 24 months", "It lasts 24 months [1]"),
        ("Does it?!", "Does it [1]?!"),
        ("期限为24个月。", "期限为24个月[1]。"),
        ("增长了5%。", "增长了5% [1]。"),
        ("他说“可以”。", "他说“可以” [1]。"),
        ("（见第三条）。", "（见第三条）[1]。"),
        ('He said "yes."', 'He said "yes." [1]'),
        ("It lasts long (see rule 3).", "It lasts long (see rule 3) [1]."),
    ],
)
def test_marks_stand_before_the_point_but_not_inside_quotes_or_brackets(sentence: str, shown: str) -> None:
    assert kept(sentence, place(0)) == shown


def test_a_sentence_that_rests_on_nothing_has_no_mark() -> None:
    assert kept("It lasts 24 months.") == "It lasts 24 months."


def test_one_place_has_one_number_in_reading_order() -> None:
    draft = Draft()

    draft.keep("A.", SUPPORTED, [place(10), place(0)], new_line=False)
    draft.keep("B.", SUPPORTED, [place(0, marker=7), place(20)], new_line=False)
    draft.keep("C.", SUPPORTED, [place(0, version="v2"), place(0, version="v2")], new_line=True)

    assert draft.text == "A [1][2]. B [2][3].\nC [4]."
    assert [citation.marker for citation in draft.citations] == [1, 2, 3, 4]
    assert [citation.span.start for citation in draft.citations] == [10, 0, 20, 0]
    assert [support.markers for support in draft.sentences] == [(1, 2), (2, 3), (4,)]


def test_an_event_carries_the_citations_that_are_new() -> None:
    draft = Draft()

    first = draft.keep("A.", SUPPORTED, [place(0)], new_line=False)
    second = draft.keep("B.", SUPPORTED, [place(0), place(9)], new_line=False)

    assert [citation.marker for citation in first.citations] == [1]
    assert [citation.marker for citation in second.citations] == [2]
    assert not second.held_back


def test_a_dropped_sentence_leaves_no_trace_in_the_text() -> None:
    draft = Draft()

    event = draft.drop("It lasts 60 months.", UNSUPPORTED)

    assert (draft.text, draft.sentences, draft.citations) == ("", [], [])
    assert (event.held_back, event.citations) == (True, ())
    assert draft.dropped == [event.sentence]
    assert event.sentence.status is SupportStatus.UNSUPPORTED


def test_a_sentence_carries_its_verdict() -> None:
    (support,) = (Draft().keep("A.", SUPPORTED, [], new_line=False).sentence,)

    assert (support.status, support.checks, support.score) == (SupportStatus.SUPPORTED, SUPPORTED.checks, 0.9)


def test_sentences_are_joined_as_their_languages_do() -> None:
    draft = Draft()
    for sentence in ("One.", "Two.", "第三。", "第四。", "Five."):
        draft.keep(sentence, SUPPORTED, [], new_line=False)

    assert draft.text == "One. Two. 第三。第四。Five."


sentences = st.text(alphabet='ab 中文.。!”"()（）', min_size=1).map(str.strip).filter(bool)
steps = st.tuples(sentences, st.lists(st.integers(0, 5), max_size=3), st.booleans(), st.booleans())


@given(st.lists(steps, max_size=8))
def test_every_span_holds_its_sentence_and_every_mark_resolves(
    written: list[tuple[str, list[int], bool, bool]],
) -> None:
    draft = Draft()
    for sentence, starts, new_line, keep in written:
        if keep:
            draft.keep(sentence, SUPPORTED, [place(start) for start in starts], new_line=new_line)
        else:
            draft.drop(sentence, UNSUPPORTED)

    end = 0
    for support in draft.sentences:
        shown = support.span.of(draft.text)
        assert support.span.start >= end
        assert re.sub(r" ?\[\d+\]", "", shown).replace(" ", "") == support.text.replace(" ", "")
        assert tuple(map(int, re.findall(r"\[(\d+)\]", shown))) == support.markers
        end = support.span.end
    first_seen = dict.fromkeys(int(mark) for mark in re.findall(r"\[(\d+)\]", draft.text))
    assert list(first_seen) == [citation.marker for citation in draft.citations] == list(range(1, len(first_seen) + 1))
    assert len({citation.span for citation in draft.citations}) == len(draft.citations)

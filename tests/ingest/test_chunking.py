"""Tokens are counted in these tests as one for each Chinese character and one for each word."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import chunk
from ingest.passages import TITLE_TOKENS, Origin
from rag.documents import Element, ElementKind, Page, ParsedDocument, Passage, Span
from rag.text.sentences import sentence_spans

ORIGIN = Origin("d1", "v1", "c1", "Handbook")
TITLE, PARAGRAPH, LIST_ITEM, TABLE, CODE = (
    ElementKind.TITLE,
    ElementKind.PARAGRAPH,
    ElementKind.LIST_ITEM,
    ElementKind.TABLE,
    ElementKind.CODE,
)


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(re.findall(r"[一-鿿]|[^\s一-鿿]+", text)) for text in texts]


Line = tuple[ElementKind, str, tuple[str, ...]]


def document(*lines: Line) -> ParsedDocument:
    """Elements one below the other, as parsing lays them out; the first row of a table is its header."""
    text, elements = "", []
    for kind, content, path in lines:
        text += "\n\n" if text else ""
        start = len(text)
        text += content
        header = Span(start, start + content.index("\n")) if kind is TABLE and "\n" in content else None
        elements.append(Element(kind, Span(start, len(text)), heading_path=path, header=header))
    return ParsedDocument(text, tuple(elements))


def chunked(parsed: ParsedDocument, passage_tokens: int = 8, **options: int) -> list[Passage]:
    return chunk(parsed, origin=ORIGIN, count_tokens=count_tokens, passage_tokens=passage_tokens, **options)


def texts(parsed: ParsedDocument, passage_tokens: int = 8, **options: int) -> list[str]:
    return [passage.span.of(parsed.text) for passage in chunked(parsed, passage_tokens, **options)]


def test_sentences_and_paragraphs_are_packed_up_to_the_budget() -> None:
    parsed = document((PARAGRAPH, "One two three. Four five six.", ()), (LIST_ITEM, "Seven eight.", ()))
    assert texts(parsed) == ["One two three. Four five six.\n\nSeven eight."]
    assert texts(parsed, 7) == ["One two three. Four five six.", "Seven eight."]
    assert texts(parsed, 3) == ["One two three.", "Four five six.", "Seven eight."]


def test_a_sentence_longer_than_the_budget_stands_alone() -> None:
    parsed = document((PARAGRAPH, "Short. A sentence of exactly eight words is here. Short.", ()))
    assert texts(parsed, 4) == ["Short.", "A sentence of exactly eight words is here.", "Short."]


def test_only_what_the_embedder_cannot_see_is_cut_and_at_a_comma() -> None:
    """Of 166 tokens, 14 are left to the text: less 144 of context and 8 of prefix. The clauses have 13, 10 and 10."""
    parsed = document((PARAGRAPH, "员工每年享有五天带薪年假，满十年后增加至十天，满二十年后为十五天。", ()))
    clauses = ["员工每年享有五天带薪年假，", "满十年后增加至十天，", "满二十年后为十五天。"]
    assert texts(parsed, 12, max_tokens=166) == clauses
    assert texts(parsed, 12) == [parsed.text]


def test_a_heading_begins_a_passage() -> None:
    parsed = document(
        (TITLE, "Leave", ()), (PARAGRAPH, "Five days.", ("Leave",)), (TITLE, "Pay", ()), (PARAGRAPH, "Ok.", ("Pay",))
    )
    assert texts(parsed, 6) == ["Leave\n\nFive days.", "Pay\n\nOk."]


def test_a_section_under_half_a_passage_shares_it_with_the_next() -> None:
    parsed = document(
        (TITLE, "Leave", ()), (PARAGRAPH, "Five days.", ("Leave",)), (TITLE, "Pay", ()), (PARAGRAPH, "Ok.", ("Pay",))
    )
    assert texts(parsed, 7) == ["Leave\n\nFive days.\n\nPay\n\nOk."]


def test_a_heading_goes_with_what_stands_under_it() -> None:
    parsed = document(
        (PARAGRAPH, "Five days.", ()), (TITLE, "Pay", ()), (PARAGRAPH, "Each month on the last working day.", ("Pay",))
    )
    assert texts(parsed, 8) == ["Five days.", "Pay\n\nEach month on the last working day."]


def test_a_heading_that_does_not_fit_with_the_next_sentence_stays_where_it_is() -> None:
    parsed = document(
        (PARAGRAPH, "Five.", ()), (TITLE, "Pay", ()), (PARAGRAPH, "Each month on the last day.", ("Pay",))
    )
    assert texts(parsed, 6) == ["Five.\n\nPay", "Each month on the last day."]


def test_headings_right_below_each_other_open_the_same_passage() -> None:
    parsed = document(
        (TITLE, "Leave", ()), (TITLE, "Annual", ("Leave",)), (PARAGRAPH, "Five days.", ("Leave", "Annual"))
    )
    assert texts(parsed, 100) == ["Leave\n\nAnnual\n\nFive days."]


def test_a_heading_without_text_is_kept() -> None:
    parsed = document((TITLE, "Leave", ()), (TITLE, "Pay", ()), (PARAGRAPH, "Ok.", ("Pay",)), (TITLE, "End", ()))
    assert texts(parsed, 2) == ["Leave", "Pay\n\nOk.", "End"]
    assert texts(parsed, 100) == ["Leave\n\nPay\n\nOk.\n\nEnd"]


def test_context_names_the_document_and_the_headings_above() -> None:
    parsed = document(
        (TITLE, "Handbook", ()),
        (TITLE, "Leave", ("Handbook",)),
        (PARAGRAPH, "Five days each year now.", ("Handbook", "Leave")),
        (PARAGRAPH, "Ten days later.", ("Handbook", "Leave")),
    )
    assert [passage.context for passage in chunked(parsed)] == ["Handbook", "Handbook › Leave"]


def test_rows_stay_whole_and_later_ones_know_their_header() -> None:
    parsed = document((TABLE, "City | Rate\nOslo | 1\nRome | 2\nBern | 3", ("Rates",)))
    passages = chunked(parsed, 6)
    assert [passage.span.of(parsed.text) for passage in passages] == [
        "City | Rate\nOslo | 1",
        "Rome | 2\nBern | 3",
    ]
    assert [passage.context for passage in passages] == ["Handbook › Rates", "Handbook › Rates › City | Rate"]
    assert passages[0].kinds == (TABLE,)


def test_a_wide_header_row_is_kept_whole_below_a_long_title() -> None:
    columns = " | ".join(f"Column {n}" for n in range(24))
    rows = "\n".join(" | ".join(str(n) for n in range(24)) for _ in range(3))
    parsed = document((TABLE, f"{columns}\n{rows}", ("Rates " * 40,)))

    last = chunked(parsed, 30)[-1].context

    assert last.startswith("Handbook › Rates Rates")
    assert last.endswith(f" › {columns}")


def test_code_is_cut_between_lines_only() -> None:
    parsed = document((CODE, "if a. b:\n    run. it()\nend", ()))
    assert texts(parsed, 3) == ["if a. b:", "run. it()\nend"]


def test_a_long_context_keeps_the_title_and_what_is_innermost() -> None:
    path = ("one " * 30, "two " * 45, "Leave of absence")
    parsed = document((PARAGRAPH, "Five days.", path))
    assert chunked(parsed)[0].context == "Handbook › Leave of absence"


def test_a_title_that_is_too_long_is_cut() -> None:
    parsed = document((PARAGRAPH, "Five days.", ("长" * 200,)))
    context = chunked(parsed)[0].context
    assert context == "Handbook › " + "长" * (TITLE_TOKENS // 2)


@pytest.mark.parametrize(
    ("mail", "before"),
    [
        ("Renewal of the lease", "Renewal of the lease › Handbook"),
        ("续租合同" * 20, "续租合同" * 4 + " › Handbook"),
        ("Handbook", "Handbook"),
    ],
    ids=["before the title", "cut where it is long", "once where both are the same"],
)
def test_what_hangs_on_a_mail_names_it(mail: str, before: str) -> None:
    parsed = document((PARAGRAPH, "Five days.", ("one " * 45, "Leave of absence")))
    origin = replace(ORIGIN, attached_to=mail)

    (passage,) = chunk(parsed, origin=origin, count_tokens=count_tokens, passage_tokens=8)

    assert passage.context == f"{before} › Leave of absence"


def test_passages_know_their_pages() -> None:
    text = "First page. Second page.\n\nThird page."
    pages = (Page(1, Span(0, 11), 1, 1), Page(2, Span(12, 24), 1, 1), Page(3, Span(26, 37), 1, 1))
    elements = (Element(PARAGRAPH, Span(0, 24), page=1), Element(PARAGRAPH, Span(26, 37), page=3))
    paged, slides = ParsedDocument(text, elements, pages), ParsedDocument(text, elements)
    assert [passage.pages for passage in chunked(paged, 4)] == [(1, 2), (3,)]
    assert [passage.pages for passage in chunked(slides, 4)] == [(1,), (3,)]


def test_each_passage_has_its_own_language() -> None:
    parsed = document((TITLE, "A", ()), (PARAGRAPH, "Five days.", ("A",)), (TITLE, "假", ()), (PARAGRAPH, "五天。", ()))
    assert [passage.language for passage in chunked(parsed)] == ["en", "zh"]


def test_ids_depend_on_document_version_and_span_alone() -> None:
    parsed = document((PARAGRAPH, "One two. Three four.", ()))
    other = Origin("d2", "v1", "c1", "Handbook")
    again = chunk(parsed, origin=ORIGIN, count_tokens=count_tokens, passage_tokens=2)
    elsewhere = chunk(parsed, origin=other, count_tokens=count_tokens, passage_tokens=2)
    ids = [passage.id for passage in chunked(parsed, 2)]
    assert ids == [passage.id for passage in again]
    assert len({*ids, *(passage.id for passage in elsewhere)}) == 4


def test_overlap_repeats_whole_sentences_of_the_same_section() -> None:
    parsed = document(
        (PARAGRAPH, "One two. Three four. Five six. Seven.", ()), (TITLE, "Pay", ()), (PARAGRAPH, "Ok.", ("Pay",))
    )
    assert texts(parsed, 5, overlap_tokens=2) == [
        "One two. Three four.",
        "Three four. Five six. Seven.",
        "Pay\n\nOk.",
    ]


def test_text_outside_of_elements_is_not_lost() -> None:
    parsed = ParsedDocument("Lost one. Kept. Lost two.", (Element(PARAGRAPH, Span(10, 15)),))
    assert texts(parsed, 2) == ["Lost one.", "Kept.", "Lost two."]
    assert texts(ParsedDocument("No elements.", ())) == ["No elements."]
    assert texts(ParsedDocument("  \n", ())) == []


def test_tokens_are_counted_in_batches_however_long_the_document() -> None:
    calls = 0

    def counting(batch: Sequence[str]) -> list[int]:
        nonlocal calls
        calls += 1
        return count_tokens(batch)

    parsed = document(*[(PARAGRAPH, "One two three. Four.", ())] * 50)
    chunk(parsed, origin=ORIGIN, count_tokens=counting, passage_tokens=8)
    assert calls == 2, "once for the sentences, once for the contexts"


def test_a_book_of_1600_pages_takes_seconds() -> None:
    page = "员工每年享有五天带薪年假，满十年后增加至十天。Staff have five days of paid leave a year. " * 25
    parsed = document(*[(PARAGRAPH, page, ("Leave",))] * 1600)
    started = time.monotonic()
    passages = chunked(parsed, 128)
    assert len(passages) > 5000
    assert time.monotonic() - started < 20


_SENTENCES = st.lists(
    st.sampled_from(
        ["Staff have five days.", "满十年后增加至十天。", "Ok.", "Really?", "见第3.2节；否则不适用。", "No end"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
_CELLS = st.lists(st.sampled_from(["Oslo | 1", "奥斯陆 | 2", "a. b | c"]), min_size=1, max_size=6).map("\n".join)
_LINES = st.one_of(
    st.tuples(st.sampled_from([TITLE, PARAGRAPH, LIST_ITEM]), _SENTENCES, st.sampled_from([(), ("A",), ("A", "B")])),
    st.tuples(st.sampled_from([TABLE, CODE]), _CELLS, st.just(("A",))),
)
_DOCUMENTS = st.lists(_LINES, max_size=8).map(lambda lines: document(*lines))


@settings(deadline=None)
@given(_DOCUMENTS, st.integers(1, 30))
def test_passages_cover_everything_once_in_order(parsed: ParsedDocument, budget: int) -> None:
    position = 0
    for passage in chunked(parsed, budget):
        assert parsed.text[position : passage.span.start].strip() == ""
        assert passage.span.of(parsed.text) == passage.span.of(parsed.text).strip() != ""
        position = passage.span.end
    assert parsed.text[position:].strip() == ""


@settings(deadline=None)
@given(_DOCUMENTS, st.integers(1, 30), st.integers(0, 10))
def test_no_sentence_is_cut(parsed: ParsedDocument, budget: int, overlap: int) -> None:
    edges = {offset for passage in chunked(parsed, budget, overlap_tokens=overlap) for offset in passage.span}
    for element in parsed.elements:
        for span in sentence_spans(element.span.of(parsed.text)):
            sentence = span.shifted(element.span.start)
            assert not any(sentence.start < edge < sentence.end for edge in edges)


@settings(deadline=None)
@given(_DOCUMENTS, st.integers(1, 30), st.integers(0, 10))
def test_a_passage_over_the_budget_is_a_single_sentence_row_or_heading(
    parsed: ParsedDocument, budget: int, overlap: int
) -> None:
    for passage in chunked(parsed, budget, overlap_tokens=overlap):
        text = passage.span.of(parsed.text)
        if count_tokens([text])[0] > budget:
            assert "\n" not in text
            assert TITLE in passage.kinds or TABLE in passage.kinds or len(sentence_spans(text)) == 1


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300), st.integers(1, 40), st.integers(57, 90))
def test_any_text_is_chunked_without_loss(text: str, budget: int, max_tokens: int) -> None:
    parsed = ParsedDocument(text, ())
    kept = "".join(chunk_text for chunk_text in texts(parsed, budget, max_tokens=max_tokens))
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize("max_tokens", [1, 57, 60])
def test_one_endless_word_still_ends(max_tokens: int) -> None:
    parsed = document((PARAGRAPH, "假" * 1000, ()))
    assert "".join(texts(parsed, 16, max_tokens=max_tokens)) == parsed.text


def test_a_token_of_chinese_counts_as_four_thirds() -> None:
    english = document((PARAGRAPH, "One two three. Four five six.", ()))
    chinese = document((PARAGRAPH, "一二三。四五六。", ()))
    assert texts(english, 6) == ["One two three. Four five six."]
    assert texts(chinese, 10) == ["一二三。", "四五六。"]  # four tokens each
    assert texts(chinese, 11) == ["一二三。四五六。"]

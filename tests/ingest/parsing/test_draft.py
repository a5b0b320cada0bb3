from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.characters import clean, glue, lines_of, one_line
from ingest.parsing.draft import Draft
from rag.documents import ElementKind, Span

texts = st.text(max_size=40)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("heading"), texts, st.integers(1, 6)),
        st.tuples(st.just("add"), texts, st.sampled_from(ElementKind)),
        st.tuples(st.just("code"), texts, st.none()),
        st.tuples(st.just("table"), st.lists(st.lists(texts, max_size=4), max_size=4), st.booleans()),
    ),
    max_size=12,
)


@given(steps)
def test_elements_lie_in_the_text_in_order_and_apart(script: list[tuple[str, object, object]]) -> None:
    draft = Draft()
    for action, what, how in script:
        if action == "heading":
            draft.heading(what, how)
        elif action == "add":
            draft.add(how, what)
        elif action == "code":
            draft.code(what)
        else:
            draft.table(what, has_header=how)
    document = draft.finish("test")

    end = -2
    for element in document.elements:
        assert element.span.start == end + 2
        assert element.span.of(document.text).strip()
        assert element.header is None or element.span.covers(element.header)
        end = element.span.end
    assert end == len(document.text) or not document.elements
    assert not any(ord(character) < 32 and character != "\n" for character in document.text)


def test_headings_nest_and_end_with_the_next_of_their_rank() -> None:
    draft = Draft()
    draft.heading("Part", 1)
    draft.heading("Chapter", 2)
    draft.add(ElementKind.PARAGRAPH, "one")
    draft.heading("Other part", 1)
    draft.add(ElementKind.PARAGRAPH, "two")

    paths = [element.heading_path for element in draft.finish("test").elements]

    assert paths == [(), ("Part",), ("Part", "Chapter"), (), ("Other part",)]


def test_a_table_is_lines_of_cells_with_its_header_marked() -> None:
    draft = Draft()
    draft.add(ElementKind.PARAGRAPH, "before")
    draft.table([["姓名", "年龄"], ["", ""], ["李\n雷", "9"]], has_header=True)

    document = draft.finish("test")

    assert document.text == "before\n\n姓名 | 年龄\n李 雷 | 9"
    assert document.elements[1].header == Span(8, 15)


def test_control_characters_go_and_invisible_ones_that_mean_something_stay() -> None:
    assert clean("\ufeffa\x00b\x07\r\nc\u200bd\u202e\ud800") == "ab\nc\u200bd\u202e\ufffd"
    assert lines_of(" a \t b \n\n  \n c") == ["a b", "c"]
    assert one_line("a\n  b\u3000c") == "a b c"


def test_wrapped_words_get_a_space_and_chinese_none() -> None:
    assert (glue("end", "start"), glue("结", "束"), glue("结", "end"), glue("", "x")) == (" ", "", "", "")

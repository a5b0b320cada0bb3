from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.models.stop_strings import StopFilter, begun_length


def passed(pieces: list[str], stops: list[str]) -> tuple[str, bool]:
    filter_ = StopFilter(stops)
    shown = "".join(filter_.feed(piece) for piece in pieces)
    return shown + filter_.finish(), filter_.stopped


def test_a_stop_cut_between_pieces_is_not_shown() -> None:
    assert passed(["答案是五。#", "#", "# 注释"], ["###"]) == ("答案是五。", True)


def test_the_earliest_of_several_stops_counts() -> None:
    assert passed(["one two three"], ["three", "two"]) == ("one ", True)


def test_what_only_began_like_a_stop_is_shown_at_the_end() -> None:
    assert passed(["a #", "#"], ["###"]) == ("a ##", False)


def test_text_is_held_back_only_as_far_as_a_stop_may_have_begun() -> None:
    filter_ = StopFilter(["###"])

    assert filter_.feed("abc#") == "abc"
    assert filter_.feed("d") == "#d"


def test_an_empty_stop_stops_nothing() -> None:
    assert passed(["abc"], [""]) == ("abc", False)


def test_begun_length_is_that_of_the_longest_beginning() -> None:
    assert begun_length("x<thi", ["<think>"]) == 4
    assert begun_length("x<<", ["<think>"]) == 1
    assert begun_length("x", ["<think>"]) == 0
    assert begun_length("x", []) == 0


@given(st.lists(st.text("ab#", max_size=4), max_size=8), st.lists(st.text("ab#", min_size=1, max_size=3), max_size=3))
def test_how_the_text_was_cut_makes_no_difference(pieces: list[str], stops: list[str]) -> None:
    assert passed(pieces, stops)[1] == any(stop in "".join(pieces) for stop in stops)
    if not passed(pieces, stops)[1]:
        assert passed(pieces, stops)[0] == "".join(pieces)
    else:
        shown = passed(pieces, stops)[0]
        assert "".join(pieces).startswith(shown)
        assert not any(stop in shown for stop in stops)

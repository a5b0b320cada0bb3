from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.thinking import ThinkingFilter


def shown(pieces: list[str]) -> str:
    thinking = ThinkingFilter()
    return "".join(thinking.feed(piece) for piece in pieces) + thinking.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no thinking at all", "no thinking at all"),
        ("<think>\n先想想\n</think>\n\n答案是 46.7%。", "答案是 46.7%。"),
        ("one <think>two</think>three", "one three"),
        ("<think>a</think> b <think>c</think>d", "b d"),
        ("<think>never ends", ""),
        ("a < b and <thin", "a < b and <thin"),
        ("<think></think>\n\nQwen3 told not to think", "Qwen3 told not to think"),
    ],
)
def test_thinking_is_left_out_however_it_is_cut(text: str, expected: str) -> None:
    assert shown([text]) == expected
    assert shown(list(text)) == expected


@given(st.lists(st.sampled_from(["<think>", "</think>", "<th", "ink>", "</", "x", " ", "答"]), max_size=12))
def test_how_the_text_was_cut_makes_no_difference(pieces: list[str]) -> None:
    assert shown(pieces) == shown(["".join(pieces)]) == shown(list("".join(pieces)))
